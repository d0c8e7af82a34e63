//! Cost lines: which of them count, and the least cost.

use super::Work;
use crate::evaluation::{Stage, Verdict};
use crate::missing::Missing;
use crate::model::Method;
use crate::refused::Refused;
use crate::request::CostLine;
use crate::words::{Figure, Text, money};

impl<'a> Work<'a> {
    /// Returns the lines that count. Lines whose kind or base is unknown are kept, so that the rest
    /// can still be told, but what is missing is noted.
    pub(super) fn lines(&mut self) -> Vec<&'a CostLine> {
        let mut kept = Vec::new();
        for line in &self.ask.lines {
            if self.line(line) {
                kept.push(line);
            }
        }
        let needs_lines = match &self.rule.support.method {
            Method::Rate { .. } | Method::Band { .. } | Method::Ceiling => true,
            Method::Tiers { over, .. } => over.is_none(),
            Method::Fixed { .. } | Method::Unknown { .. } => false,
        };
        let needs_lines = needs_lines || self.rule.limits.minimum.is_some();
        if self.ask.lines.is_empty() {
            if needs_lines {
                self.miss(Stage::Lines, Missing::Lines {});
            }
        } else if kept.is_empty() && !self.has_wrong_lines() {
            let accepted = self.rule.costs.iter().map(|cost| cost.id.clone()).collect();
            self.refuse(Stage::Lines, Refused::NoEligibleCost { accepted });
        }
        if !self.ask.lines.is_empty() {
            self.minimum(&kept);
        }
        kept
    }

    fn has_wrong_lines(&self) -> bool {
        let wrong = |refused: &Refused| {
            matches!(refused, Refused::WrongUnit { .. } | Refused::NegativeAmount { .. })
        };
        self.refused.iter().any(wrong)
    }

    fn line(&mut self, line: &'a CostLine) -> bool {
        if self.sound_amount(Stage::Lines, &line.id, line.amount).is_none() {
            return false;
        }
        let costs = &self.rule.costs;
        match &line.cost {
            _ if costs.is_empty() => {}
            None => self.miss(Stage::Lines, Missing::Cost { line: line.id.clone() }),
            Some(cost) if costs.iter().any(|known| known.id == *cost) => {}
            Some(cost) => {
                let says = Text::both(
                    format!("line `{}` is not eligible: `{cost}` is no cost of this rule", line.id),
                    format!("费用`{}`不予支持:`{cost}`不在支持范围", line.id),
                );
                self.step(Stage::Lines, &line.id, Verdict::Failed, says).base = Some(line.amount);
                return false;
            }
        }
        if let (Some(wanted), Some(given)) = (self.rule.support.base, line.base)
            && wanted != given
        {
            let line = line.id.clone();
            self.miss(Stage::Lines, Missing::Base { line, wanted, given });
        }
        true
    }

    /// Tests the least eligible cost.
    fn minimum(&mut self, lines: &[&CostLine]) {
        let rule = self.rule;
        let sum: i128 = lines.iter().map(|line| i128::from(line.amount.minor)).sum();
        let Some(given) = self.amount(sum) else {
            return self.refuse(Stage::Lines, Refused::TooLarge {});
        };
        let Some(minimum) = &rule.limits.minimum else { return };
        match &minimum.amount {
            Figure::Unknown { note } => {
                self.miss(Stage::Minimum, Missing::Minimum { note: note.clone() });
            }
            Figure::Known(least) => {
                let is_enough = given.minor > least.minor
                    || (given.minor == least.minor && !minimum.is_exclusive);
                if !is_enough {
                    let minimum = *least;
                    return self.refuse(Stage::Minimum, Refused::BelowMinimum { minimum, given });
                }
                let (given_words, least_words) = (money(given), money(*least));
                let says = Text::both(
                    format!("{given_words} reaches the least cost of {least_words}"),
                    format!("{given_words}达到最低要求{least_words}"),
                );
                let least = *least;
                let numbers = self.step(Stage::Minimum, "minimum", Verdict::Passed, says);
                (numbers.base, numbers.limit) = (Some(given), Some(least));
            }
        }
    }
}
