//! Signing a program in through somebody's browser: the device grant of OAuth (RFC 8628).
//!
//! A program gets two codes. It shows the short one to its person, who enters it in a page and
//! approves; with the long one it asks again and again until there is a token for it. Only the hash
//! of the long code is kept. What a program gets in the end is in `login`.
//!
//! Answers that have to be remembered (a wrong code, a question that came too soon) are no errors:
//! a write that fails leaves nothing.

use crate::store::device::{self as store, Ask, AskState};
use crate::{Actor, Error, LoginTokens, PersonId, audit, login};
use base::{Random, Time, sha256_hex};
use db::Tx;

/// Life of the two codes: RFC 8628, section 3.2, has half an hour in its example; 15 minutes are
/// enough to find the page and sign in.
pub const DEVICE_SECONDS: i64 = 15 * 60;
/// How long a program waits between two questions (RFC 8628, section 3.2: 5 where none is said).
pub const DEVICE_POLL_SECONDS: i64 = 5;
/// Questions that may be open at once in a zone. ASSUMPTION: far above what people do in a quarter
/// of an hour; it bounds the table, and how likely a guessed code is one of them.
pub const DEVICE_ASKS_MAX: i64 = 1_000;
/// Wrong codes that a person may enter in [`DEVICE_SECONDS`]: five guesses at a code of eight
/// letters out of twenty hit it with a chance of 2^-32 (RFC 8628, section 5.1).
pub const DEVICE_GUESSES_MAX: i64 = 5;

/// Letters of a user code: no vowels, so that no words come out, and none that look alike (RFC
/// 8628, section 6.1).
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a user code.
const CODE_LETTERS: usize = 8;
/// What a program that asks too soon has to wait longer (RFC 8628, section 3.5).
const SLOW_DOWN_SECONDS: i64 = 5;
/// The longest wait that is asked for; a program that never heeds it gains nothing.
const POLL_SECONDS_MAX: i64 = 60;
/// Milliseconds by which a question may come early: clocks and lines are not exact.
const EARLY_MILLIS: i64 = 1_000;
/// How long an ended question is remembered, so that its program is told that it has ended.
const REMEMBERED_SECONDS: i64 = 3_600;
/// Characters that are kept of what a program calls itself.
const AGENT_CHARS_MAX: usize = 200;

/// What a program gets for its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCodes {
    /// Secret of the program.
    pub device_code: String,
    /// What the person enters, as in `WDJB-MJHT`.
    pub user_code: String,
}

/// A question as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAsk {
    /// Its code, as in `WDJB-MJHT`.
    pub user_code: String,
    /// What the program calls itself, at most 200 characters; it may lie.
    pub agent: String,
    /// When it asked.
    pub asked_at: Time,
    /// When its codes end.
    pub expires_at: Time,
}

/// Why a person's code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefused {
    /// No open question has it: it is wrong, has ended, or was decided.
    Unknown,
    /// This person has entered [`DEVICE_GUESSES_MAX`] wrong ones; after [`DEVICE_SECONDS`] they may
    /// go on.
    TooMany,
}

/// Why a program gets no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantRefused {
    /// Nobody has decided yet.
    Pending,
    /// It asks too often.
    SlowDown,
    /// The codes have ended.
    Expired,
    /// The person has refused.
    Denied,
    /// The code or secret is unknown, used or revoked.
    Invalid,
}

impl GrantRefused {
    /// Returns the word for it (RFC 8628, section 3.5; RFC 6749, section 5.2).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::Expired => "expired_token",
            Self::Denied => "access_denied",
            Self::Invalid => "invalid_grant",
        }
    }
}

/// Opens a question of a program that calls itself `agent`; `None` where [`DEVICE_ASKS_MAX`] are
/// open. Leaves no audit line: nobody has done anything yet, and anybody may ask.
pub fn device_ask(tx: &mut Tx<'_>, agent: &str) -> Result<Option<DeviceCodes>, Error> {
    let now = tx.now();
    store::purge(tx, now.plus_seconds(-REMEMBERED_SECONDS))?;
    if store::count(tx, now)? >= DEVICE_ASKS_MAX {
        return Ok(None);
    }
    let device_code = tx.random().secret();
    let mut letters = user_code(tx.random());
    while store::by_code(tx, &letters)?.is_some() {
        letters = user_code(tx.random());
    }
    let plain = |c: &char| !c.is_control();
    let ask = Ask {
        device_sha256: sha256_hex(device_code.as_bytes()),
        user_code: letters,
        agent: agent.chars().filter(plain).take(AGENT_CHARS_MAX).collect(),
        state: AskState::Pending,
        person: None,
        asked_at: now,
        expires_at: now.plus_seconds(DEVICE_SECONDS),
        polled_at: None,
        interval_seconds: DEVICE_POLL_SECONDS,
    };
    store::insert(tx, &ask)?;
    Ok(Some(DeviceCodes { device_code, user_code: shown(&ask.user_code) }))
}

fn user_code(random: &Random) -> String {
    let count = u64::try_from(LETTERS.len()).expect("twenty fits 64 bits");
    let letter = |_| {
        let place = usize::try_from(random.below(count)).expect("below twenty");
        char::from(LETTERS[place])
    };
    (0..CODE_LETTERS).map(letter).collect()
}

/// Writes a code as people read it: two halves with a dash.
fn shown(letters: &str) -> String {
    let (first, second) = letters.split_at_checked(CODE_LETTERS / 2).unwrap_or((letters, ""));
    format!("{first}-{second}")
}

/// Reads a code as people write it: small letters, blanks and dashes do not matter. `None` for what
/// cannot be one.
pub(crate) fn letters(typed: &str) -> Option<String> {
    let is_mark = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}');
    let letters: String = typed.chars().take(40).filter(is_mark).collect();
    let letters = letters.to_ascii_uppercase();
    let is_code = letters.len() == CODE_LETTERS && letters.bytes().all(|b| LETTERS.contains(&b));
    is_code.then_some(letters)
}

/// Finds the open question with a code for somebody who is signed in. What cannot be a code is
/// unknown and counts for nothing; any other wrong one is counted.
pub fn device_find(
    tx: &mut Tx<'_>,
    person: PersonId,
    typed: &str,
) -> Result<Result<DeviceAsk, CodeRefused>, Error> {
    let is_open = |ask: &Ask| ask.state == AskState::Pending;
    Ok(find(tx, person, typed, is_open)?.map(|ask| DeviceAsk {
        user_code: shown(&ask.user_code),
        agent: ask.agent,
        asked_at: ask.asked_at,
        expires_at: ask.expires_at,
    }))
}

fn find(
    tx: &mut Tx<'_>,
    person: PersonId,
    typed: &str,
    is_wanted: impl Fn(&Ask) -> bool,
) -> Result<Result<Ask, CodeRefused>, Error> {
    let now = tx.now();
    let counted = store::guesses(tx, person)?;
    let counted = counted.filter(|(since, _)| since.plus_seconds(DEVICE_SECONDS) > now);
    let (since, wrong) = counted.unwrap_or((now, 0));
    if wrong >= DEVICE_GUESSES_MAX {
        return Ok(Err(CodeRefused::TooMany));
    }
    let Some(letters) = letters(typed) else { return Ok(Err(CodeRefused::Unknown)) };
    let found = store::by_code(tx, &letters)?;
    match found.filter(|ask| ask.expires_at > now && is_wanted(ask)) {
        Some(ask) => Ok(Ok(ask)),
        None => {
            store::guesses_put(tx, person, (since, wrong + 1))?;
            Ok(Err(CodeRefused::Unknown))
        }
    }
}

/// Approves or refuses an open question. The same decision of the same person again changes
/// nothing, so that a lost answer may be asked for again.
pub fn device_decide(
    tx: &mut Tx<'_>,
    person: PersonId,
    (typed, is_approved): (&str, bool),
) -> Result<Result<(), CodeRefused>, Error> {
    let is_own = |ask: &Ask| match ask.state {
        AskState::Pending => true,
        AskState::Approved | AskState::Used => is_approved && ask.person == Some(person),
        AskState::Refused => !is_approved && ask.person == Some(person),
    };
    let ask = match find(tx, person, typed, is_own)? {
        Ok(ask) => ask,
        Err(refused) => return Ok(Err(refused)),
    };
    if ask.state != AskState::Pending {
        return Ok(Ok(()));
    }
    let (state, action) = match is_approved {
        true => (AskState::Approved, "person.device-approved"),
        false => (AskState::Refused, "person.device-refused"),
    };
    if store::decide(tx, &ask.device_sha256, (person, state))? == 0 {
        return Ok(Err(CodeRefused::Unknown));
    }
    audit(tx, Actor::Person(person), action, &person.0, &ask.agent)?;
    Ok(Ok(()))
}

/// Answers a program that asks for its token. The code is good for one.
pub fn device_poll(
    tx: &mut Tx<'_>,
    device_code: &str,
) -> Result<Result<LoginTokens, GrantRefused>, Error> {
    let now = tx.now();
    let Some(ask) = store::by_device(tx, &sha256_hex(device_code.as_bytes()))? else {
        return Ok(Err(GrantRefused::Invalid));
    };
    let (person, next) = match (next(&ask, now), ask.person) {
        (Next::Issue, Some(person)) => (person, ask.device_sha256.as_str()),
        (Next::Issue, None) => return Ok(Err(GrantRefused::Invalid)),
        (Next::Refuse(refused), _) => return Ok(Err(refused)),
        (Next::Wait(refused, seconds), _) => {
            store::polled(tx, &ask.device_sha256, (now, seconds))?;
            return Ok(Err(refused));
        }
    };
    if store::use_up(tx, next)? == 0 {
        return Ok(Err(GrantRefused::Invalid));
    }
    login::begin(tx, person).map(Ok)
}

/// What a question for the token leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Issue,
    Refuse(GrantRefused),
    /// Ask again, from now on after this many seconds.
    Wait(GrantRefused, i64),
}

pub(crate) fn next(ask: &Ask, now: Time) -> Next {
    if ask.expires_at <= now {
        return Next::Refuse(GrantRefused::Expired);
    }
    let seconds = ask.interval_seconds;
    let due = |polled: Time| polled.plus_seconds(seconds).millis() - EARLY_MILLIS;
    let is_early = ask.polled_at.is_some_and(|polled| now.millis() < due(polled));
    match ask.state {
        AskState::Refused => Next::Refuse(GrantRefused::Denied),
        AskState::Used => Next::Refuse(GrantRefused::Invalid),
        // Whoever hurries waits longer even where the answer is there: else hurrying would pay.
        AskState::Pending | AskState::Approved if is_early => {
            let longer = (seconds + SLOW_DOWN_SECONDS).min(POLL_SECONDS_MAX);
            Next::Wait(GrantRefused::SlowDown, longer)
        }
        AskState::Pending => Next::Wait(GrantRefused::Pending, seconds),
        AskState::Approved => Next::Issue,
    }
}
