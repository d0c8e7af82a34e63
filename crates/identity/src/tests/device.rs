//! Signing a program in through somebody's browser, and the tokens that it renews.

use super::{Db, FixedClock, person, write};
use crate::device::letters;
use crate::*;
use base::{Random, Time};
use std::sync::Arc;
use testbed::databases;

const START: &str = "2026-03-01T09:00:00Z";

/// A zone with two people and a clock that the test moves.
struct World {
    db: Db,
    clock: Arc<FixedClock>,
    wei: PersonId,
    lin: PersonId,
}

fn on_both(check: impl Fn(&World)) {
    for database in databases() {
        let clock = Arc::new(FixedClock::at(Time::parse(START).unwrap()));
        let random = Arc::new(Random::seeded(1));
        let options = db::Options::default();
        let db = Db::open(database.url(), options, clock.clone(), random).expect("opens");
        let (wei, lin) = (person(&db, "wei@example.org"), person(&db, "lin@example.org"));
        check(&World { db, clock, wei, lin });
    }
}

impl World {
    fn ask(&self) -> DeviceCodes {
        write(&self.db, |tx| device_ask(tx, "hf/2.4.0")).unwrap().expect("there is room")
    }

    fn find(&self, person: PersonId, typed: &str) -> Result<DeviceAsk, CodeRefused> {
        let typed = typed.to_owned();
        write(&self.db, move |tx| device_find(tx, person, &typed)).unwrap()
    }

    fn decide(&self, person: PersonId, code: &str, is_approved: bool) -> Result<(), CodeRefused> {
        let code = code.to_owned();
        write(&self.db, move |tx| device_decide(tx, person, (&code, is_approved))).unwrap()
    }

    fn poll(&self, codes: &DeviceCodes) -> Result<LoginTokens, GrantRefused> {
        let code = codes.device_code.clone();
        write(&self.db, move |tx| device_poll(tx, &code)).unwrap()
    }

    fn refresh(&self, secret: &str) -> Result<LoginTokens, GrantRefused> {
        let secret = secret.to_owned();
        write(&self.db, move |tx| login_refresh(tx, &secret)).unwrap()
    }

    /// Begins a chain of tokens for `wei`.
    fn login(&self) -> LoginTokens {
        let codes = self.ask();
        self.decide(self.wei, &codes.user_code, true).unwrap();
        self.poll(&codes).unwrap()
    }

    /// Whose token this is now.
    fn whose(&self, access: &str) -> Option<PersonId> {
        let now = base::Clock::now(self.clock.as_ref());
        self.db.read(|read| person_of_token(read, access, now)).unwrap()
    }

    fn listed(&self) -> Vec<Credential> {
        self.db.read(|read| tokens_of(read, self.wei)).unwrap()
    }
}

#[test]
fn an_approved_program_gets_one_token_and_its_person_can_end_it() {
    on_both(|world| {
        let codes = world.ask();
        assert_eq!(world.poll(&codes), Err(GrantRefused::Pending));
        let seen = world.find(world.wei, &codes.user_code.to_lowercase()).unwrap();
        assert_eq!((seen.agent.as_str(), &seen.user_code), ("hf/2.4.0", &codes.user_code));
        world.decide(world.wei, &codes.user_code, true).unwrap();
        world.clock.advance(DEVICE_POLL_SECONDS);
        let tokens = world.poll(&codes).unwrap();
        assert_eq!(tokens.seconds, LOGIN_ACCESS_SECONDS);
        assert_eq!(world.whose(&tokens.access), Some(world.wei));
        let listed = world.listed();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].label, "hf auth login, 2026-03-01");
        world.clock.advance(DEVICE_POLL_SECONDS);
        assert_eq!(world.poll(&codes), Err(GrantRefused::Invalid), "a code is good once");
        let (wei, id) = (world.wei, listed[0].id);
        assert!(write(&world.db, move |tx| credential_end(tx, wei, id)).unwrap());
        assert_eq!(world.whose(&tokens.access), None);
        assert_eq!(world.refresh(&tokens.refresh), Err(GrantRefused::Invalid));
    });
}

#[test]
fn a_refused_program_is_told_so_and_gets_nothing() {
    on_both(|world| {
        let codes = world.ask();
        world.decide(world.wei, &codes.user_code, false).unwrap();
        assert_eq!(world.poll(&codes), Err(GrantRefused::Denied));
        let changed = world.decide(world.wei, &codes.user_code, true);
        assert_eq!(changed, Err(CodeRefused::Unknown), "what is refused stays refused");
        assert!(world.listed().is_empty());
    });
}

#[test]
fn codes_end_after_a_quarter_of_an_hour_whatever_was_decided() {
    on_both(|world| {
        let (open, approved) = (world.ask(), world.ask());
        world.decide(world.wei, &approved.user_code, true).unwrap();
        world.clock.advance(DEVICE_SECONDS);
        for codes in [&open, &approved] {
            assert_eq!(world.poll(codes), Err(GrantRefused::Expired));
        }
        assert_eq!(world.find(world.wei, &open.user_code), Err(CodeRefused::Unknown));
        assert_eq!(world.decide(world.wei, &open.user_code, true), Err(CodeRefused::Unknown));
        world.clock.advance(2 * 3_600);
        world.ask();
        assert_eq!(world.poll(&open), Err(GrantRefused::Invalid), "it is forgotten");
    });
}

#[test]
fn whoever_asks_too_often_waits_longer_each_time() {
    on_both(|world| {
        let codes = world.ask();
        assert_eq!(world.poll(&codes), Err(GrantRefused::Pending));
        assert_eq!(world.poll(&codes), Err(GrantRefused::SlowDown), "10 seconds from now");
        world.clock.advance(DEVICE_POLL_SECONDS);
        assert_eq!(world.poll(&codes), Err(GrantRefused::SlowDown), "15 seconds from now");
        world.decide(world.wei, &codes.user_code, true).unwrap();
        world.clock.advance(13);
        assert_eq!(world.poll(&codes), Err(GrantRefused::SlowDown), "20 seconds from now");
        world.clock.advance(20);
        assert!(world.poll(&codes).is_ok());
    });
}

#[test]
fn a_decision_is_final_and_may_be_sent_again_by_whoever_made_it() {
    on_both(|world| {
        let codes = world.ask();
        world.decide(world.wei, &codes.user_code, true).unwrap();
        assert_eq!(world.decide(world.wei, &codes.user_code, true), Ok(()));
        assert_eq!(world.decide(world.wei, &codes.user_code, false), Err(CodeRefused::Unknown));
        assert_eq!(world.decide(world.lin, &codes.user_code, true), Err(CodeRefused::Unknown));
        let tokens = world.poll(&codes).unwrap();
        assert_eq!(world.whose(&tokens.access), Some(world.wei));
    });
}

#[test]
fn five_wrong_codes_lock_their_person_out_for_a_while_and_nobody_else() {
    on_both(|world| {
        let codes = world.ask();
        for _ in 0..DEVICE_GUESSES_MAX {
            assert_eq!(world.find(world.lin, "no code at all"), Err(CodeRefused::Unknown));
        }
        let wrong = if codes.user_code.starts_with('B') { "C" } else { "B" };
        let wrong = format!("{wrong}{}", &codes.user_code[1..]);
        for n in 0..DEVICE_GUESSES_MAX {
            let refused = if n % 2 == 0 {
                world.find(world.lin, &wrong).map(|_| ())
            } else {
                world.decide(world.lin, &wrong, true)
            };
            assert_eq!(refused, Err(CodeRefused::Unknown));
        }
        assert_eq!(world.find(world.lin, &codes.user_code), Err(CodeRefused::TooMany));
        assert_eq!(world.decide(world.lin, &codes.user_code, true), Err(CodeRefused::TooMany));
        assert!(world.find(world.wei, &codes.user_code).is_ok());
        world.clock.advance(DEVICE_SECONDS);
        let fresh = world.ask();
        assert!(world.find(world.lin, &fresh.user_code).is_ok());
    });
}

#[test]
fn only_so_many_questions_are_open_at_once() {
    let database = databases().remove(0);
    let clock = Arc::new(FixedClock::at(Time::parse(START).unwrap()));
    let random = Arc::new(Random::seeded(1));
    let db = Db::open(database.url(), db::Options::default(), clock.clone(), random).unwrap();
    let all = write(&db, |tx| {
        let most = usize::try_from(DEVICE_ASKS_MAX).unwrap();
        let mut codes = Vec::new();
        for _ in 0..most {
            codes.extend(device_ask(tx, "many")?.map(|made| made.user_code));
        }
        Ok((codes, device_ask(tx, "one more")?))
    });
    let (mut codes, beyond) = all.unwrap();
    assert_eq!(beyond, None);
    let count = codes.len();
    codes.sort();
    codes.dedup();
    assert_eq!((codes.len(), count), (1_000, 1_000));
    clock.advance(DEVICE_SECONDS);
    assert!(write(&db, |tx| device_ask(tx, "later")).unwrap().is_some());
}

#[test]
fn a_code_is_read_as_people_write_it() {
    let check = |typed: &str, expected: Option<&str>| {
        assert_eq!(letters(typed).as_deref(), expected, "{typed}");
    };
    check("WDJB-MJHT", Some("WDJBMJHT"));
    check(" wdjb mjht ", Some("WDJBMJHT"));
    check("wdjb\u{2013}mjht", Some("WDJBMJHT"));
    check("WDJB-MJH", None);
    check("WDJB-MJHTT", None);
    check("WDJB-MJHA", None);
    check("", None);
    check(&"B-".repeat(10_000), None);
}

#[test]
fn neither_code_nor_secret_is_kept_in_the_clear() {
    on_both(|world| {
        let codes = world.ask();
        world.decide(world.wei, &codes.user_code, true).unwrap();
        let tokens = world.poll(&codes).unwrap();
        let next = world.refresh(&tokens.refresh).unwrap();
        let kept = |sql: &str| {
            world.db.read(|read| read.rows(sql, db::params![], |row| row.get::<String>(0)))
        };
        let mut all: Vec<String> = kept("SELECT device_sha256 FROM device_ask").unwrap();
        all.extend(kept("SELECT refresh_sha256 || former_sha256 FROM device_login").unwrap());
        all.extend(kept("SELECT secret_sha256 || label FROM credential").unwrap());
        all.extend(kept("SELECT action || detail FROM audit").unwrap());
        let secrets =
            [&codes.device_code, &tokens.access, &tokens.refresh, &next.access, &next.refresh];
        for secret in secrets {
            let core = secret.trim_start_matches(TOKEN_PREFIX);
            assert!(all.iter().all(|text| !text.contains(core)), "{secret} is kept");
        }
    });
}

#[test]
fn a_renewed_token_goes_on_for_a_day_and_one_stands_in_the_list() {
    on_both(|world| {
        let first = world.login();
        world.clock.advance(LOGIN_ACCESS_SECONDS - 2 * LOGIN_FORMER_SECONDS);
        let second = world.refresh(&first.refresh).unwrap();
        assert_eq!(world.whose(&first.access), Some(world.wei));
        assert_eq!(world.whose(&second.access), Some(world.wei));
        let listed = world.listed();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].label, "hf auth login, 2026-03-01");
        world.clock.advance(LOGIN_FORMER_SECONDS);
        assert_eq!(world.whose(&first.access), None);
        assert_eq!(world.whose(&second.access), Some(world.wei));
    });
}

#[test]
fn ending_the_listed_token_ends_the_one_before_it_too() {
    on_both(|world| {
        let first = world.login();
        let second = world.refresh(&first.refresh).unwrap();
        let (wei, id) = (world.wei, world.listed()[0].id);
        assert!(write(&world.db, move |tx| credential_end(tx, wei, id)).unwrap());
        assert_eq!((world.whose(&first.access), world.whose(&second.access)), (None, None));
        assert_eq!(world.refresh(&second.refresh), Err(GrantRefused::Invalid));
        assert!(world.listed().is_empty());
    });
}

#[test]
fn a_renewal_whose_answer_was_lost_may_be_asked_for_again() {
    on_both(|world| {
        let first = world.login();
        let lost = world.refresh(&first.refresh).unwrap();
        world.clock.advance(300);
        let second = world.refresh(&first.refresh).unwrap();
        assert_eq!(world.whose(&first.access), Some(world.wei));
        assert_eq!(world.whose(&lost.access), None);
        assert_eq!(world.whose(&second.access), Some(world.wei));
        assert_eq!(world.refresh(&lost.refresh), Err(GrantRefused::Invalid));
        assert!(world.refresh(&second.refresh).is_ok());
    });
}

#[test]
fn a_secret_that_comes_twice_ends_the_whole_chain() {
    on_both(|world| {
        let first = world.login();
        let second = world.refresh(&first.refresh).unwrap();
        world.clock.advance(LOGIN_AGAIN_SECONDS);
        assert_eq!(world.refresh(&first.refresh), Err(GrantRefused::Invalid));
        assert_eq!((world.whose(&first.access), world.whose(&second.access)), (None, None));
        assert_eq!(world.refresh(&second.refresh), Err(GrantRefused::Invalid));
        assert!(world.listed().is_empty());
    });
}

#[test]
fn no_chain_outlives_the_longest_life_of_a_token() {
    on_both(|world| {
        let mut tokens = world.login();
        let mut passed = 0;
        while passed + LOGIN_ACCESS_SECONDS < TOKEN_SECONDS_MAX {
            world.clock.advance(LOGIN_ACCESS_SECONDS - 1);
            passed += LOGIN_ACCESS_SECONDS - 1;
            tokens = world.refresh(&tokens.refresh).unwrap();
        }
        assert_eq!(tokens.seconds, TOKEN_SECONDS_MAX - passed);
        world.clock.advance(tokens.seconds);
        assert_eq!(world.whose(&tokens.access), None);
        assert_eq!(world.refresh(&tokens.refresh), Err(GrantRefused::Invalid));
    });
}

#[test]
fn a_token_tells_whether_it_renews_itself() {
    on_both(|world| {
        let first = world.login();
        let second = world.refresh(&first.refresh).unwrap();
        let wei = world.wei;
        let (made, _) = write(&world.db, move |tx| token_create(tx, wei, "laptop", 60)).unwrap();
        let told = |secret: &str| {
            let now = base::Clock::now(world.clock.as_ref());
            let found = world.db.read(|read| token_find(read, secret, now)).unwrap();
            found.map(|(token, renews)| (token.label, renews))
        };
        assert_eq!(told(&made), Some(("laptop".to_owned(), false)));
        for secret in [&first.access, &second.access] {
            assert_eq!(told(secret), Some(("hf auth login, 2026-03-01".to_owned(), true)));
        }
        assert_eq!(told("hf_nothing"), None);
    });
}
