//! The support before stacking and caps, by the method of the rule.

use super::{Fit, Part, UNBOUNDED, Work};
use crate::evaluation::{Stage, Verdict};
use crate::missing::Missing;
use crate::model::{Band, FixedAmount, Instrument, Method, RateRow, Tier, TierMode, TierYield};
use crate::refused::Refused;
use crate::request::{CostLine, FactValue};
use crate::words::{Figure, Lang, Text, kind_words, money};
use base::{Amount, Ppm};

impl<'a> Work<'a> {
    /// Computes the support of every line, or of the whole request.
    pub(super) fn support(&mut self, lines: &[&'a CostLine]) -> Vec<Part<'a>> {
        let rule = self.rule;
        match &rule.support.method {
            Method::Rate { rates } => self.by_line(lines, |work, line| work.rate(line, rates)),
            Method::Band { bands } => self.by_line(lines, |work, line| work.band(line, bands)),
            Method::Ceiling => self.by_line(lines, |work, line| Some(work.asked(line))),
            Method::Tiers { mode, over, tiers } => {
                let support = match self.tier_base(lines, over.as_deref()) {
                    Some(base) => self.tiers(*mode, tiers, base),
                    None => UNBOUNDED,
                };
                vec![whole(lines, support)]
            }
            Method::Fixed { class_fact, amounts } => {
                let support = self.fixed(lines, class_fact.as_deref(), amounts);
                vec![whole(lines, support)]
            }
            Method::Unknown { note } => {
                self.miss(Stage::Support, Missing::Method { note: note.clone() });
                vec![whole(lines, UNBOUNDED)]
            }
        }
    }

    /// Computes the support of each line. A line for which the rule has no row counts nothing;
    /// where no line has one, that is a refusal.
    fn by_line(
        &mut self,
        lines: &[&'a CostLine],
        mut compute: impl FnMut(&mut Self, &CostLine) -> Option<i128>,
    ) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut without = Vec::new();
        for line in lines {
            let Some(support) = compute(self, line) else {
                without.push(line);
                continue;
            };
            let (what, base) = (line.what.as_deref(), i128::from(line.amount.minor));
            let (line, uncapped, is_held) = (Some(*line), support, false);
            parts.push(Part { line, what, base, support, uncapped, is_held });
        }
        for line in without {
            let refused = Refused::NoRate { line: line.id.clone() };
            if parts.is_empty() {
                self.refuse(Stage::Support, refused);
            } else {
                self.step(Stage::Support, &line.id, Verdict::Failed, refused.words());
            }
        }
        parts
    }

    /// Takes the first rate that fits. An unknown rate bounds the support by the cost itself.
    fn rate(&mut self, line: &CostLine, rates: &[RateRow]) -> Option<i128> {
        let whole_cost = i128::from(line.amount.minor);
        for row in rates {
            match self.fits_row(line, &row.scope) {
                Fit::No => continue,
                Fit::Unknown => return Some(whole_cost),
                Fit::Yes => {}
            }
            let rate = match &row.rate {
                Figure::Known(rate) => *rate,
                Figure::Unknown { note } => {
                    self.miss(Stage::Support, Missing::Rate { note: note.clone() });
                    return Some(whole_cost);
                }
            };
            return Some(self.rate_taken(line, row, rate));
        }
        None
    }

    fn rate_taken(&mut self, line: &CostLine, row: &RateRow, rate: Ppm) -> i128 {
        let support = rate.of(line.amount);
        let (en, zh) = reasons(self.rule, row, line);
        let (base, got) = (money(line.amount), money(support));
        let says = Text::both(
            format!("line `{}`: {rate} of {base} is {got}{en}", line.id),
            format!("费用`{}`:{base}的{rate}为{got}{zh}", line.id),
        );
        let numbers = self.step(Stage::Support, &line.id, Verdict::Computed, says);
        (numbers.base, numbers.rate, numbers.amount) =
            (Some(line.amount), Some(rate), Some(support));
        i128::from(support.minor)
    }

    fn fits_row(&mut self, line: &CostLine, scope: &crate::model::Scope) -> Fit {
        match self.fits_what(Stage::Support, &scope.what, line.what.as_deref(), &line.id) {
            Fit::Yes => self.fits_applicant(Stage::Support, &line.id, scope),
            other => other,
        }
    }

    fn band(&mut self, line: &CostLine, bands: &[Band]) -> Option<i128> {
        let asked = line.amount;
        for band in bands {
            match self.fits_row(line, &band.scope) {
                Fit::No => continue,
                Fit::Unknown => return Some(i128::from(asked.minor)),
                Fit::Yes => {}
            }
            return Some(self.band_taken(line, band));
        }
        None
    }

    fn band_taken(&mut self, line: &CostLine, band: &Band) -> i128 {
        let asked = line.amount;
        for bound in [&band.min, &band.max] {
            if let Some(Figure::Unknown { note }) = bound {
                let (line, note) = (line.id.clone(), note.clone());
                self.miss(Stage::Support, Missing::Band { line, note });
            }
        }
        let known =
            |bound: &Option<Figure<Amount>>| bound.as_ref().and_then(|f| f.known().copied());
        if let Some(min) = known(&band.min).filter(|min| asked.minor < min.minor) {
            let (line, given) = (line.id.clone(), asked);
            self.refuse(Stage::Support, Refused::BelowBand { line, min, given });
            return 0;
        }
        let max = known(&band.max);
        let support = max.filter(|max| max.minor < asked.minor).unwrap_or(asked);
        let is_cut = support != asked;
        let (asked_words, got) = (money(asked), money(support));
        let says = Text::both(
            format!("line `{}`: {asked_words} asked, at most {got} can be granted", line.id),
            format!("费用`{}`:申请{asked_words},最高可予{got}", line.id),
        );
        let numbers = self.step(Stage::Support, &line.id, Verdict::Computed, says);
        (numbers.base, numbers.limit) = (Some(asked), max);
        (numbers.amount, numbers.bound) = (Some(support), Some(is_cut));
        i128::from(support.minor)
    }

    fn asked(&mut self, line: &CostLine) -> i128 {
        let asked = money(line.amount);
        let says = Text::both(
            format!("line `{}`: {asked} asked", line.id),
            format!("费用`{}`:申请{asked}", line.id),
        );
        let numbers = self.step(Stage::Support, &line.id, Verdict::Computed, says);
        (numbers.base, numbers.amount) = (Some(line.amount), Some(line.amount));
        i128::from(line.amount.minor)
    }

    /// Returns what the tiers are compared with.
    fn tier_base(&mut self, lines: &[&CostLine], over: Option<&str>) -> Option<Amount> {
        let Some(name) = over else {
            let sum: i128 = lines.iter().map(|line| i128::from(line.amount.minor)).sum();
            return self.amount(sum).filter(|_| !lines.is_empty());
        };
        match self.fact(name) {
            Some(FactValue::Amount(amount)) => self.sound_amount(Stage::Support, name, *amount),
            _ => {
                if !self.ask.facts.contains_key(name) {
                    self.miss_facts(Stage::Support, &[name.to_owned()]);
                }
                None
            }
        }
    }

    fn tiers(&mut self, mode: TierMode, tiers: &[Tier], base: Amount) -> i128 {
        let mut bounds = Vec::new();
        for tier in tiers {
            match &tier.from {
                Figure::Known(from) => bounds.push(*from),
                Figure::Unknown { note } => {
                    self.miss(Stage::Support, Missing::Tier { note: note.clone() });
                    return UNBOUNDED;
                }
            }
        }
        let reached = bounds.iter().filter(|from| base.minor >= from.minor).count();
        if reached == 0 {
            if let Some(from) = bounds.first().copied() {
                self.refuse(Stage::Support, Refused::BelowTier { from, given: base });
            }
            return 0;
        }
        let first = if mode == TierMode::Whole { reached - 1 } else { 0 };
        let mut sum = 0;
        for index in first..reached {
            let start = if mode == TierMode::Whole { 0 } else { bounds[index].minor };
            let next = if index + 1 < reached { bounds[index + 1].minor } else { base.minor };
            // `start <= next` holds because the bounds rise and the base reaches them.
            let slice = Amount::new(next - start, base.unit);
            let Some(part) = self.tier(&tiers[index], bounds[index], slice) else {
                return UNBOUNDED;
            };
            sum += part;
        }
        sum
    }

    fn tier(&mut self, tier: &Tier, from: Amount, slice: Amount) -> Option<i128> {
        let support = match &tier.gives {
            TierYield::Rate(Figure::Known(rate)) => rate.of(slice),
            TierYield::Amount(Figure::Known(amount)) => *amount,
            TierYield::Rate(Figure::Unknown { note })
            | TierYield::Amount(Figure::Unknown { note }) => {
                self.miss(Stage::Support, Missing::Tier { note: note.clone() });
                return None;
            }
        };
        let rate = match &tier.gives {
            TierYield::Rate(rate) => rate.known().copied(),
            TierYield::Amount(_) => None,
        };
        let (start, base, got) = (money(from), money(slice), money(support));
        let says = match rate {
            Some(rate) => Text::both(
                format!("tier from {start}: {rate} of {base} is {got}"),
                format!("{start}起的档次:{base}的{rate}为{got}"),
            ),
            None => {
                Text::both(format!("tier from {start}: {got}"), format!("{start}起的档次:{got}"))
            }
        };
        let numbers = self.step(Stage::Support, &start, Verdict::Computed, says);
        (numbers.base, numbers.rate, numbers.amount) = (Some(slice), rate, Some(support));
        Some(i128::from(support.minor))
    }

    fn fixed(
        &mut self,
        lines: &[&CostLine],
        class_fact: Option<&str>,
        rows: &[FixedAmount],
    ) -> i128 {
        let class = match class_fact.map(|name| (name, self.fact(name))) {
            None => None,
            Some((_, Some(FactValue::String(class)))) => Some(class.as_str()),
            Some((name, _)) => {
                if !self.ask.facts.contains_key(name) {
                    self.miss_facts(Stage::Support, &[name.to_owned()]);
                }
                return UNBOUNDED;
            }
        };
        let what = shared_what(lines);
        for row in rows {
            if row.class.is_some() && row.class.as_deref() != class {
                continue;
            }
            let fit = match self.fits_what(Stage::Support, &row.scope.what, what, "1") {
                Fit::Yes => self.fits_applicant(Stage::Support, "fixed", &row.scope),
                other => other,
            };
            match fit {
                Fit::Yes => return self.fixed_taken(row),
                Fit::Unknown => return UNBOUNDED,
                Fit::No => {}
            }
        }
        self.refuse(Stage::Support, Refused::NoClass { class: class.map(str::to_owned) });
        0
    }

    fn fixed_taken(&mut self, row: &FixedAmount) -> i128 {
        let amount = match &row.amount {
            Figure::Known(amount) => *amount,
            Figure::Unknown { note } => {
                let (class, note) = (row.class.clone(), note.clone());
                self.miss(Stage::Support, Missing::Fixed { class, note });
                return UNBOUNDED;
            }
        };
        let months = match (row.is_monthly, self.ask.months) {
            (false, _) => 1,
            (true, Some(months)) => i128::from(months),
            (true, None) => {
                self.miss(Stage::Support, Missing::Months {});
                return UNBOUNDED;
            }
        };
        let class = row.class.as_deref().unwrap_or("-");
        let each = money(amount);
        let says = if row.is_monthly {
            Text::both(
                format!("class `{class}`: {each} a month for {months} months"),
                format!("类别`{class}`:每月{each},共{months}个月"),
            )
        } else {
            Text::both(format!("class `{class}`: {each}"), format!("类别`{class}`:{each}"))
        };
        self.step(Stage::Support, class, Verdict::Computed, says).amount = Some(amount);
        i128::from(amount.minor) * months
    }
}

/// Makes the one part of a method that knows no lines.
fn whole<'a>(lines: &[&'a CostLine], support: i128) -> Part<'a> {
    Part {
        line: None,
        what: shared_what(lines),
        base: lines.iter().map(|line| i128::from(line.amount.minor)).sum(),
        support,
        uncapped: support,
        is_held: false,
    }
}

/// Returns what all lines buy, where they buy the same.
fn shared_what<'a>(lines: &[&'a CostLine]) -> Option<&'a str> {
    let first = lines.first()?.what.as_deref();
    lines.iter().all(|line| line.what.as_deref() == first).then_some(first).flatten()
}

/// Says why a rate was chosen: what is bought, who buys.
fn reasons(rule: &Instrument, row: &RateRow, line: &CostLine) -> (String, String) {
    let mut en = Vec::new();
    let mut zh = Vec::new();
    if let Some(name) = &row.name {
        en.push(name.get(Lang::En).to_owned());
        zh.push(name.get(Lang::Zh).to_owned());
    }
    if let Some(what) = line.what.as_deref().filter(|_| !row.scope.what.is_empty()) {
        let named = rule.purchases.iter().find(|one| one.id == what);
        let name = |lang| named.map_or(what, |one| one.name.get(lang));
        en.push(format!("because it buys {}", name(Lang::En)));
        zh.push(format!("因所购为{}", name(Lang::Zh)));
    }
    if !row.scope.who.is_empty() {
        let who =
            |lang| row.scope.who.iter().map(|kind| kind_words(kind, lang)).collect::<Vec<_>>();
        en.push(format!("because the applicant is {}", who(Lang::En).join(" or ")));
        zh.push(format!("因申请人属于{}", who(Lang::Zh).join("、")));
    }
    if let Some(when) = &row.scope.when {
        en.push(format!("because {}", rule.condition_words(when, Lang::En)));
        zh.push(format!("因{}", rule.condition_words(when, Lang::Zh)));
    }
    if en.is_empty() {
        return (String::new(), String::new());
    }
    (format!(" ({})", en.join(", ")), format!("({})", zh.join(",")))
}
