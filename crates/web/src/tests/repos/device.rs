//! Programs that ask to sign in, and the way back after signing in oneself.

use super::world::{World, on_both};
use identity::{Actor, CodeRefused, GrantRefused, LoginTokens};

const PAGE: &str = "/login/device";

fn ask(world: &World, agent: &'static str) -> identity::DeviceCodes {
    let asked = world.app().db().write(move |tx| identity::device_ask(tx, agent));
    asked.wait().unwrap().expect("there is room")
}

fn poll(world: &World, device_code: &str) -> Result<LoginTokens, GrantRefused> {
    let code = device_code.to_owned();
    world.app().db().write(move |tx| identity::device_poll(tx, &code)).wait().unwrap()
}

#[test]
fn a_person_sees_who_asks_approves_and_finds_the_token_in_the_list() {
    on_both(|world| {
        let codes = ask(world, "hf_hub/2.4.0 <b>");
        let whole = format!("{PAGE}?user_code={}", codes.user_code);
        let shown = world.get(&whole, &world.publisher);
        assert_eq!(shown.status, 200, "{}", shown.words());
        let words = shown.words();
        for told in [&codes.user_code, "hf_hub/2.4.0 <b>", "lin", "2026", "Approve", "Refuse"] {
            assert!(words.contains(told), "`{told}` is not in {words}");
        }
        let chinese = world.get(&format!("{whole}&lang=zh"), &world.publisher).words();
        assert!(chinese.contains("批准") && chinese.contains(&codes.user_code), "{chinese}");
        let form = (whole.as_str(), PAGE);
        let done = world.send(&world.publisher, form, &[("act", "approve")]);
        assert_eq!(done.status, 200, "{}", done.words());
        assert!(done.words().contains("Approved"), "{}", done.words());
        assert!(poll(world, &codes.device_code).is_ok());
        let listed = world.get("/settings/tokens", &world.publisher).words();
        assert!(listed.contains("hf auth login, 2026-03-02"), "{listed}");
        let page = world.get("/settings/tokens", &world.publisher).text;
        let action = page.split('"').find(|text| text.ends_with("/revoke")).unwrap().to_owned();
        let gone = world.send(&world.publisher, ("/settings/tokens", &action), &[]);
        assert_eq!(gone.status, 303);
        assert!(
            !world.get("/settings/tokens", &world.publisher).words().contains("hf auth login,")
        );
    });
}

#[test]
fn a_refused_program_gets_nothing_and_a_code_is_asked_for_by_hand() {
    on_both(|world| {
        let codes = ask(world, "");
        let empty = world.get(PAGE, &world.guest);
        assert!(empty.words().contains("Code"), "{}", empty.words());
        let typed = codes.user_code.replace('-', "").to_lowercase();
        let whole = format!("{PAGE}?user_code={typed}");
        let done = world.send(&world.guest, (&whole, PAGE), &[("act", "refuse")]);
        assert!(done.words().contains("gets no token"), "{}", done.words());
        assert_eq!(poll(world, &codes.device_code), Err(GrantRefused::Denied));
        let late = world.get(&whole, &world.guest);
        assert_eq!(late.status, 422);
        assert!(late.words().contains("No program waits"), "{}", late.words());
    });
}

#[test]
fn guessing_ends_after_five_codes() {
    on_both(|world| {
        let codes = ask(world, "");
        for last in ["B", "C", "D", "F", "G"] {
            let wrong = format!("{PAGE}?user_code=BBBBBBB{last}");
            assert_eq!(world.get(&wrong, &world.guest).status, 422);
        }
        let whole = format!("{PAGE}?user_code={}", codes.user_code);
        let stopped = world.get(&whole, &world.guest);
        assert_eq!(stopped.status, 429);
        assert!(stopped.words().contains("Too many wrong codes"), "{}", stopped.words());
        assert_eq!(world.get(&whole, &world.publisher).status, 200);
    });
}

#[test]
fn nobody_decides_without_a_session_or_with_a_forged_form() {
    on_both(|world| {
        let codes = ask(world, "");
        let pairs =
            [("user_code".to_owned(), codes.user_code.clone()), ("act".into(), "approve".into())];
        assert_eq!(world.post("", PAGE, &pairs).status, 401);
        assert_eq!(world.post(&world.publisher, PAGE, &pairs).status, 403, "no token of the page");
        let token = world.app().db().write(|tx| {
            let lin = identity::person_by_email(tx, "lin@example.org")?.expect("lin is there").id;
            Ok::<_, identity::Error>(identity::token_create(tx, lin, "program", 600)?.0)
        });
        let token = token.wait().unwrap();
        assert_eq!(world.get_as_program(PAGE, &token).status, 403, "a program approves none");
        assert_eq!(poll(world, &codes.device_code), Err(GrantRefused::Pending));
        let asked = codes.user_code.clone();
        let open = world.app().db().write(move |tx| {
            let lin = identity::person_by_email(tx, "lin@example.org")?.expect("lin is there").id;
            identity::device_find(tx, lin, &asked)
        });
        assert!(!matches!(open.wait().unwrap(), Err(CodeRefused::Unknown)), "it waits still");
    });
}

#[test]
fn signing_in_leads_back_to_the_page_that_was_asked_for() {
    on_both(|world| {
        let codes = ask(world, "");
        let whole = format!("{PAGE}?user_code={}", codes.user_code);
        let refused = world.get(&whole, "");
        assert_eq!(refused.status, 401);
        assert!(refused.text.contains("href=\"/sign-in\""));
        let back = refused.cookies.split(';').next().unwrap().to_owned();
        assert_eq!(back, format!("hutong_back={whole}"));
        assert!(refused.cookies.contains("HttpOnly; SameSite=Lax"), "{}", refused.cookies);
        let enter = |cookie: &str| {
            let link = world.app().db().write(|tx| {
                let lin = identity::person_by_email(tx, "lin@example.org")?.expect("lin").id;
                identity::link_create(tx, Actor::System, lin)
            });
            let at = format!("/sign-in/{}", link.wait().unwrap());
            // The page's own form, as a browser sends it.
            world.send(cookie, (&at, &at), &[])
        };
        let entered = enter(&back);
        assert_eq!((entered.status, entered.location.as_str()), (303, whole.as_str()));
        assert!(entered.cookies.contains("hutong_back=; Path=/; Max-Age=0"), "{}", entered.cookies);
        let session = entered.cookies.split(';').next().unwrap();
        assert_eq!(world.get(&whole, session).status, 200);
        assert_eq!(enter("").location, "/");
        assert_eq!(enter("hutong_back=//evil.example/").location, "/");
    });
}
