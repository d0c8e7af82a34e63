//! Stacking with other aid, and caps.

use super::{Fit, Part, Work};
use crate::evaluation::{Binding, Stage, Verdict};
use crate::missing::Missing;
use crate::model::{Cap, CapScope, Method, Stacking, TotalRate};
use crate::refused::Refused;
use crate::request::OtherAid;
use crate::words::{Coded, Figure, Lang, Text, money};
use base::{Amount, Ppm};

/// A limit that was applied, kept until it is known which limits bind.
pub(super) struct Limit {
    /// Order in which binding limits are told: caps as in the file, then stacking.
    rank: usize,
    code: String,
    says: Text,
    left: i128,
    covers: Vec<usize>,
    trace_index: usize,
}

impl Work<'_> {
    /// Tests exclusions, and cuts the support where all aid together would be too much.
    pub(super) fn stacking(&mut self, parts: &mut [Part<'_>]) -> Vec<Limit> {
        let rule = self.rule;
        let Some(stacking) = &rule.stacking else { return Vec::new() };
        let ask = self.ask;
        let aids: &[OtherAid] = match &ask.history.other_aid {
            Some(aids) => aids,
            None if ask.history.nothing_before => &[],
            None => {
                self.miss(Stage::Stacking, Missing::OtherAid {});
                return Vec::new();
            }
        };
        self.exclusions(stacking, aids);
        let mut covers: Vec<Vec<usize>> = vec![Vec::new(); stacking.total_rates.len()];
        for (index, part) in parts.iter().enumerate() {
            if let Some(row) = self.total_rate_of(part, &stacking.total_rates) {
                covers[row].push(index);
            }
        }
        let rows = stacking.total_rates.iter().zip(covers).filter(|(_, covers)| !covers.is_empty());
        rows.filter_map(|(row, covers)| self.total_rate(parts, row, covers, aids)).collect()
    }

    fn exclusions(&mut self, stacking: &Stacking, aids: &[OtherAid]) {
        let before = self.refused.len();
        for aid in aids {
            let is_named = stacking.not_with.contains(&aid.instrument);
            let is_other =
                stacking.is_exclusive && !stacking.allowed_with.contains(&aid.instrument);
            if is_named || is_other {
                let instrument = aid.instrument.clone();
                self.refuse(Stage::Stacking, Refused::StackingExcluded { instrument });
            }
        }
        if self.refused.len() == before {
            let says = Text::both(
                "no other aid on the same cost stands in the way",
                "同一费用无相互排斥的其他支持",
            );
            self.step(Stage::Stacking, "exclusions", Verdict::Passed, says);
        }
    }

    fn total_rate_of(&mut self, part: &Part<'_>, rows: &[TotalRate]) -> Option<usize> {
        let label = part.line.map_or("1", |line| line.id.as_str());
        for (index, row) in rows.iter().enumerate() {
            let fit = match self.fits_what(Stage::Stacking, &row.scope.what, part.what, label) {
                Fit::Yes => self.fits_applicant(Stage::Stacking, label, &row.scope),
                other => other,
            };
            match fit {
                Fit::Yes => return Some(index),
                Fit::Unknown => return None,
                Fit::No => {}
            }
        }
        None
    }

    /// Applies one total rate to the parts it covers.
    fn total_rate(
        &mut self,
        parts: &mut [Part<'_>],
        row: &TotalRate,
        covers: Vec<usize>,
        aids: &[OtherAid],
    ) -> Option<Limit> {
        let rate = match &row.rate {
            Figure::Known(rate) => *rate,
            Figure::Unknown { note } => {
                self.miss(Stage::Stacking, Missing::Stacking { note: note.clone() });
                return None;
            }
        };
        if self.ask.lines.is_empty() {
            self.miss(Stage::Stacking, Missing::Lines {});
            return None;
        }
        let base = self.amount(covers.iter().map(|index| parts[*index].base).sum())?;
        let used = self.other_aid(parts, &covers, base, aids)?;
        let limit = rate.of(base);
        let left = i128::from(limit.minor).saturating_sub(i128::from(used.minor)).max(0);
        let total_before: i128 = parts.iter().map(|part| part.support).sum();
        let (before, after) = cut(parts, &covers, left);
        if before > 0 && after == 0 && total_before == before {
            self.refuse(Stage::Stacking, Refused::StackingExhausted { limit, used });
            return None;
        }
        let (limit_words, used_words) = (money(limit), money(used));
        let says = Text::both(
            format!(
                "all aid together may reach {rate} of the cost, that is {limit_words}; other aid is {used_words}"
            ),
            format!("各类支持合计不超过费用的{rate},即{limit_words};其他支持{used_words}"),
        );
        let after_amount = self.amount(after);
        let left_amount = self.amount(left);
        let numbers = self.step(Stage::Stacking, "stacking", Verdict::Computed, says.clone());
        (numbers.base, numbers.rate, numbers.limit) = (Some(base), Some(rate), Some(limit));
        (numbers.used, numbers.left, numbers.amount) = (Some(used), left_amount, after_amount);
        numbers.bound = Some(after < before);
        let (rank, code) = (usize::MAX, "stacking".to_owned());
        let trace_index = self.trace.len() - 1;
        Some(Limit { rank, code, says, left, covers, trace_index })
    }

    /// Sums other aid on the cost covered. Aid that names no line, or a line that is not there,
    /// counts in full, since it may all be on this cost.
    fn other_aid(
        &mut self,
        parts: &[Part<'_>],
        covers: &[usize],
        base: Amount,
        aids: &[OtherAid],
    ) -> Option<Amount> {
        let mut sum = 0_i128;
        for aid in aids {
            let named =
                aid.line.as_deref().and_then(|id| self.ask.lines.iter().find(|l| l.id == id));
            let is_covered = named.is_none_or(|line| {
                covers.iter().any(|index| parts[*index].line.is_none_or(|own| own.id == line.id))
            });
            if !is_covered {
                continue;
            }
            let cost = named.map_or(base, |line| line.amount);
            let amount = match (aid.amount, aid.rate) {
                (Some(amount), _) => self.sound_amount(Stage::Stacking, &aid.instrument, amount)?,
                (None, Some(rate)) => rate_up(rate, cost)?,
                (None, None) => {
                    self.miss(Stage::Stacking, Missing::OtherAid {});
                    return None;
                }
            };
            sum += i128::from(amount.minor);
        }
        let total = self.amount(sum);
        if total.is_none() {
            self.refuse(Stage::Stacking, Refused::TooLarge {});
        }
        total
    }

    /// Applies all caps that fit, those on a part of the purchases first, and finds what binds.
    pub(super) fn caps(&mut self, parts: &mut [Part<'_>], mut limits: Vec<Limit>) {
        let rule = self.rule;
        let caps = rule.limits.caps.iter().enumerate();
        let (narrow, wide): (Vec<_>, Vec<_>) =
            caps.partition(|(_, cap)| !cap.applies.what.is_empty());
        for (rank, cap) in narrow.into_iter().chain(wide) {
            limits.extend(self.cap(parts, rank, cap));
        }
        limits.sort_by_key(|limit| limit.rank);
        if rule.limits.caps.is_empty() {
            let says = Text::both("the rule states no cap", "规则未设上限");
            self.step(Stage::Cap, "none", Verdict::Computed, says);
        }
        self.bind(parts, &limits);
    }

    fn cap(&mut self, parts: &mut [Part<'_>], rank: usize, cap: &Cap) -> Option<Limit> {
        match self.fits_applicant(Stage::Cap, &cap.id, &cap.applies) {
            Fit::Yes => {}
            Fit::Unknown => return None,
            Fit::No => {
                let says = Text::both(
                    format!("cap `{}` does not apply to this applicant", cap.id),
                    format!("上限`{}`不适用于该申请人", cap.id),
                );
                self.step(Stage::Cap, &cap.id, Verdict::Passed, says);
                return None;
            }
        }
        let mut covers = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let label = part.line.map_or("1", |line| line.id.as_str());
            if self.fits_what(Stage::Cap, &cap.applies.what, part.what, label) == Fit::Yes {
                covers.push(index);
            }
        }
        if covers.is_empty() && !cap.applies.what.is_empty() {
            return None;
        }
        let limit = match &cap.amount {
            Figure::Known(limit) => *limit,
            Figure::Unknown { note } => {
                let note = note.clone();
                self.miss(Stage::Cap, Missing::Cap { cap: cap.id.clone(), note });
                return None;
            }
        };
        let known = self.used(cap);
        // Unknown use still leaves the limit itself as a bound.
        let used = known.unwrap_or(Amount::zero(self.rule.unit));
        let is_spent = cap.scope == CapScope::Once && used.minor > 0;
        let left = (i128::from(limit.minor) - i128::from(used.minor)).max(0);
        let left = if is_spent { 0 } else { left };
        let total_before: i128 = parts.iter().map(|part| part.support).sum();
        let (before, after) = cut(parts, &covers, left);
        if before > 0 && total_before - before + after == 0 {
            self.refuse(Stage::Cap, Refused::CapExhausted { cap: cap.id.clone(), limit, used });
            return None;
        }
        let says = cap_words(cap, limit, known, after < before);
        let verdict = if known.is_some() { Verdict::Computed } else { Verdict::Unknown };
        let (left_amount, after_amount) = (self.amount(left), self.amount(after));
        let numbers = self.step(Stage::Cap, &cap.id, verdict, says.clone());
        (numbers.limit, numbers.used, numbers.left) = (Some(limit), known, known.and(left_amount));
        (numbers.amount, numbers.bound) = (after_amount, Some(after < before));
        let (code, trace_index) = (cap.id.clone(), self.trace.len() - 1);
        Some(Limit { rank, code, says, left, covers, trace_index })
    }

    fn used(&mut self, cap: &Cap) -> Option<Amount> {
        match self.ask.history.used.get(&cap.id) {
            Some(used) => self.sound_amount(Stage::Cap, &cap.id, *used),
            None if self.ask.history.nothing_before => Some(Amount::zero(self.rule.unit)),
            None => {
                self.miss(Stage::Cap, Missing::Used { cap: cap.id.clone() });
                None
            }
        }
    }

    /// A limit binds where it is used up to the last unit and more would have been due.
    fn bind(&mut self, parts: &mut [Part<'_>], limits: &[Limit]) {
        let mut held = Vec::new();
        for limit in limits {
            let sum = |value: fn(&Part<'_>) -> i128| -> i128 {
                limit.covers.iter().map(|index| value(&parts[*index])).sum()
            };
            let binds =
                sum(|part| part.support) == limit.left && sum(|part| part.uncapped) > limit.left;
            self.trace[limit.trace_index].numbers.bound = Some(binds);
            if binds {
                limit.covers.iter().for_each(|index| parts[*index].is_held = true);
                held.push(Binding { code: limit.code.clone(), says: limit.says.clone() });
            }
        }
        if parts.iter().any(|part| !part.is_held) {
            self.binding.push(self.method_binding(parts));
        }
        self.binding.extend(held);
    }

    fn method_binding(&self, parts: &[Part<'_>]) -> Binding {
        let is_cut = parts.iter().any(|part| !part.is_held && part.uncapped < part.base);
        let (code, en, zh) = match &self.rule.support.method {
            Method::Rate { .. } if is_cut => ("rate", "the rate", "支持比例"),
            Method::Rate { .. } => {
                ("rate", "the rate covers all of the cost already", "已按全部费用支持")
            }
            Method::Tiers { .. } => ("tiers", "the tiers", "分档标准"),
            Method::Fixed { .. } => ("fixed", "the fixed amount", "定额标准"),
            Method::Band { .. } if is_cut => ("band", "the upper end of the band", "区间上限"),
            Method::Band { .. } | Method::Ceiling | Method::Unknown { .. } => {
                ("asked", "what is asked", "申请额")
            }
        };
        Binding { code: code.to_owned(), says: Text::both(en, zh) }
    }
}

/// Cuts the covered parts to `left`, the last first. Returns their sum before and after.
fn cut(parts: &mut [Part<'_>], covers: &[usize], left: i128) -> (i128, i128) {
    let before: i128 = covers.iter().map(|index| parts[*index].support).sum();
    let mut excess = (before - left).max(0);
    for index in covers.iter().rev() {
        let part = &mut parts[*index];
        let taken = excess.min(part.support);
        part.support -= taken;
        excess -= taken;
    }
    (before, before.min(left))
}

/// Takes a share of other aid, rounded up: unlike support, other aid must not be counted too low.
fn rate_up(rate: Ppm, cost: Amount) -> Option<Amount> {
    let product = i128::from(cost.minor) * i128::from(rate.get());
    let minor = (product + 999_999).div_euclid(1_000_000);
    i64::try_from(minor).ok().map(|minor| Amount::new(minor, cost.unit))
}

fn cap_words(cap: &Cap, limit: Amount, used: Option<Amount>, is_cut: bool) -> Text {
    let used_words = used.map_or_else(
        || ("unknown".to_owned(), "未知".to_owned()),
        |used| (money(used), money(used)),
    );
    let (cut_en, cut_zh) =
        if is_cut { ("; this cuts the support", ";支持额因此受限") } else { ("", "") };
    let limit = money(limit);
    Text::both(
        format!(
            "cap {} of {limit}, used before: {}{cut_en}",
            cap.scope.words(Lang::En),
            used_words.0
        ),
        format!("{}上限{limit},此前已用:{}{cut_zh}", cap.scope.words(Lang::Zh), used_words.1),
    )
}
