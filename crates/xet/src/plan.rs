//! What a client has to fetch for a file or a range of it.
//!
//! The same cuts as the published test server makes (`simulation/xorb_utils.rs` of `xet-client`
//! 1.8.0): chunks outside the range are left out, and per xorb the ranges that touch are one.

use crate::{Bad, Chunk, Hash, Term, Xorb};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;

/// What has to be fetched, and how it makes the range.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The bytes of the file that the plan gives, cut at its end.
    pub bytes: Range<u64>,
    /// Bytes to drop at the front of the first term.
    pub offset_into_first_range: u64,
    /// The terms that hold the range, cut to whole chunks.
    pub terms: Vec<PlanTerm>,
    /// What to fetch, by xorb in the order of first use.
    pub fetches: Vec<Fetch>,
}

/// A term of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanTerm {
    /// The xorb.
    pub xorb: Hash,
    /// Its chunks.
    pub chunks: Range<u32>,
    /// Bytes of these chunks, unpacked.
    pub unpacked_bytes: u32,
}

/// What to fetch of one xorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The xorb.
    pub xorb: Hash,
    /// Ranges in order that do not touch.
    pub ranges: Vec<FetchRange>,
}

/// A range of a xorb, as chunks and as bytes of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRange {
    /// The chunks.
    pub chunks: Range<u32>,
    /// Where they lie in the body.
    pub bytes: Range<u32>,
}

impl Term {
    /// Bytes of this term in its file.
    pub(crate) fn size_bytes(&self) -> u64 {
        u64::from(self.unpacked_bytes)
    }

    /// The chunks of this term.
    pub(crate) fn chunks<'a>(&self, xorb: &'a Xorb) -> Result<&'a [Chunk], Bad> {
        xorb.range(self.chunk_start..self.chunk_end).ok_or(Bad::TermRange {
            xorb: self.xorb,
            chunk_start: self.chunk_start,
            chunk_end: self.chunk_end,
        })
    }
}

/// Cuts the asked range at the end of the file; nothing asked is the whole file.
pub(crate) fn range_cut(terms: &[Term], asked: Option<Range<u64>>) -> Result<Range<u64>, Bad> {
    let size_bytes = terms.iter().map(Term::size_bytes).fold(0, u64::saturating_add);
    let Some(asked) = asked else { return Ok(0..size_bytes) };
    let range = asked.start..asked.end.min(size_bytes);
    let is_empty_file = size_bytes == 0 && asked.start == 0;
    if range.is_empty() && !is_empty_file {
        return Err(Bad::OutOfRange { start: asked.start, size_bytes });
    }
    Ok(range)
}

/// Plans the fetches for `range` of the file made of `terms`; for all of it without a range.
///
/// `lookup` gives the table of a stored xorb and is asked once for each term in the range. An empty
/// file has an empty plan.
///
/// # Errors
/// [`Bad::OutOfRange`] where the range begins at or after the end; [`Bad::XorbUnknown`] and
/// [`Bad::TermRange`] where the store has lost something.
pub fn plan<X: Borrow<Xorb>>(
    terms: &[Term],
    range: Option<Range<u64>>,
    mut lookup: impl FnMut(&Hash) -> Option<X>,
) -> Result<Plan, Bad> {
    let bytes = range_cut(terms, range)?;
    let mut plan = Plan { bytes: bytes.clone(), ..Plan::default() };
    let mut places = HashMap::new();
    let mut position: u64 = 0;
    for term in terms {
        let end = position.saturating_add(term.size_bytes());
        if end > bytes.start && position < bytes.end {
            let xorb = lookup(&term.xorb).ok_or(Bad::XorbUnknown(term.xorb))?;
            let cut = TermCut::new(term, xorb.borrow(), position, &bytes)?;
            if plan.terms.is_empty() {
                plan.offset_into_first_range = bytes.start - cut.position;
            }
            let place = *places.entry(term.xorb).or_insert(plan.fetches.len());
            if place == plan.fetches.len() {
                plan.fetches.push(Fetch { xorb: term.xorb, ranges: Vec::new() });
            }
            plan.fetches[place].ranges.push(cut.fetch);
            plan.terms.push(cut.term);
        }
        position = end;
    }
    for fetch in &mut plan.fetches {
        ranges_merge(&mut fetch.ranges);
    }
    Ok(plan)
}

/// A term cut to the chunks that a range touches.
struct TermCut {
    term: PlanTerm,
    fetch: FetchRange,
    /// Where the first kept chunk begins in the file.
    position: u64,
}

impl TermCut {
    fn new(term: &Term, xorb: &Xorb, start: u64, range: &Range<u64>) -> Result<Self, Bad> {
        let chunks = term.chunks(xorb)?;
        let broken = Bad::TermRange {
            xorb: term.xorb,
            chunk_start: term.chunk_start,
            chunk_end: term.chunk_end,
        };
        let mut kept: Option<(Chunk, u64)> = None;
        let mut last = None;
        let mut first_index = term.chunk_start;
        let mut count: u32 = 0;
        let mut position = start;
        for chunk in chunks {
            let end = position + u64::from(chunk.unpacked_length);
            if end > range.start && position < range.end {
                kept = kept.or(Some((*chunk, position)));
                last = Some(*chunk);
                count += 1;
            } else if kept.is_none() {
                first_index += 1;
            }
            position = end;
        }
        let ((first, position), last) = kept.zip(last).ok_or(broken)?;
        let unpacked_bytes = last.unpacked_start + last.unpacked_length - first.unpacked_start;
        let chunks = first_index..first_index + count;
        let bytes = first.start..last.start + last.length;
        Ok(Self {
            term: PlanTerm { xorb: term.xorb, chunks: chunks.clone(), unpacked_bytes },
            fetch: FetchRange { chunks, bytes },
            position,
        })
    }
}

/// Sorts ranges of one xorb and joins those that overlap or touch.
fn ranges_merge(ranges: &mut Vec<FetchRange>) {
    ranges.sort_by_key(|range| (range.chunks.start, range.chunks.end));
    ranges.dedup_by(|next, kept| {
        let is_touching = next.chunks.start <= kept.chunks.end;
        if is_touching {
            kept.chunks.end = kept.chunks.end.max(next.chunks.end);
            kept.bytes.end = kept.bytes.end.max(next.bytes.end);
        }
        is_touching
    });
}
