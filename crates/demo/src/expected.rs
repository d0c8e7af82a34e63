//! The figures that must come out when the plan has been run.

use crate::model::{Application, Category, ClaimEnd, Outcome, Plan};
use std::collections::BTreeMap;

/// What the round comes to, computed from the plan alone. The later voucher pilot does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Paid in the round, in fen.
    pub paid_minor: i64,
    /// Funded projects.
    pub projects: u32,
    /// Funded projects of each category of the round.
    pub projects_by_category: BTreeMap<Category, u32>,
    /// Paid in each category of the round, in fen.
    pub paid_by_category: BTreeMap<Category, i64>,
    /// Funded cloud projects.
    pub cloud_projects: u32,
    /// Key of the supplier that was paid in most cloud projects.
    pub top_supplier: &'static str,
    /// Cloud projects in which it was paid.
    pub cloud_projects_with_top_supplier: u32,
    /// Cloud projects in which nobody else was paid.
    pub cloud_projects_with_top_supplier_alone: u32,
    /// Applications of the round that are declined.
    pub declined: u32,
    /// Applications that wait for a decision, in any call.
    pub open: u32,
    /// Claims that wait to be verified, in any call.
    pub claims_open: u32,
}

impl Plan {
    /// Computes the figures that must come out.
    #[must_use]
    pub fn expected(&self) -> Expected {
        let mut projects_by_category = BTreeMap::new();
        let mut paid_by_category = BTreeMap::new();
        let of_round = self.applications.iter().filter(|a| a.category.is_of_round());
        for application in of_round.clone().filter(|a| a.is_approved()) {
            *projects_by_category.entry(application.category).or_default() += 1;
            *paid_by_category.entry(application.category).or_default() += application.paid_minor();
        }
        let declined = of_round.filter(|a| matches!(a.outcome, Outcome::Decline(_)));
        let cloud = |a: &&Application| a.category == Category::Cloud && a.is_approved();
        let cloud: Vec<&Application> = self.applications.iter().filter(cloud).collect();
        let (top, with_top) = supplier_top(&cloud);
        let alone = cloud.iter().filter(|a| a.suppliers() == [top]);
        let left = self.applications.iter().filter(|a| a.outcome == Outcome::Leave);
        let waiting = |a: &Application| {
            a.claims().iter().filter(|claim| claim.end == ClaimEnd::Waiting).count()
        };
        Expected {
            paid_minor: paid_by_category.values().sum(),
            projects: projects_by_category.values().sum(),
            projects_by_category,
            paid_by_category,
            cloud_projects: number(cloud.len()),
            top_supplier: top,
            cloud_projects_with_top_supplier: with_top,
            cloud_projects_with_top_supplier_alone: number(alone.count()),
            declined: number(declined.count()),
            open: number(left.count()),
            claims_open: number(self.applications.iter().map(waiting).sum()),
        }
    }
}

impl Application {
    /// Tells whether it is approved.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        matches!(self.outcome, Outcome::Approve { .. })
    }

    /// Returns the claims against its award; none where there is no award.
    #[must_use]
    pub fn claims(&self) -> &[crate::Claim] {
        match &self.outcome {
            Outcome::Approve { claims, .. } => claims,
            Outcome::Decline(_) | Outcome::Leave => &[],
        }
    }

    /// Returns what is paid of it, in fen.
    #[must_use]
    pub fn paid_minor(&self) -> i64 {
        let is_paid = |claim: &&crate::Claim| matches!(claim.end, ClaimEnd::Paid { .. });
        self.claims().iter().filter(is_paid).map(|claim| claim.asked.minor).sum()
    }

    /// Returns the suppliers of its claims, each once.
    fn suppliers(&self) -> Vec<&'static str> {
        let mut found: Vec<&'static str> = self.claims().iter().map(|c| c.supplier).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn supplier_top(applications: &[&Application]) -> (&'static str, u32) {
    let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
    for supplier in applications.iter().flat_map(|a| a.suppliers()) {
        *counts.entry(supplier).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a plan has a few hundred things")
}
