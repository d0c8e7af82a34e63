//! Requests that no page takes: each is told what to send instead, in the reader's language.

use super::world::{Answer, World, on_both};
use axum::body::Body;
use axum::http::Request;

/// More than any form may have: 3 MiB and a byte.
const TOO_MANY_BYTES: usize = 3 * 1024 * 1024 + 1;

fn sent(world: &World, method: &str, address: &str, media: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder().method(method).uri(address).header("content-type", media);
    let request = request.header("cookie", world.applicant_cookie());
    world.ask(request.body(Body::from(body)).unwrap())
}

fn refused(answer: &Answer, status: u16, says: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.text.contains(says), "`{says}` is not in {}", answer.text);
    assert!(answer.content_type.starts_with("text/html"), "{}", answer.content_type);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[test]
fn a_form_with_a_wrong_method_is_told_the_right_one() {
    on_both(|world| {
        let answer = sent(world, "DELETE", "/account/tokens?lang=en", "", Vec::new());
        refused(&answer, 405, "this address takes <code>POST</code>");
        assert_eq!(answer.headers["allow"], "POST");
        let answer = sent(world, "POST", "/register?lang=zh", "", Vec::new());
        refused(&answer, 405, "此地址只接受 <code>GET, HEAD</code> 方法");
        assert_eq!(answer.headers["allow"], "GET, HEAD");
    });
}

#[test]
fn a_form_above_its_limit_is_told_the_limit() {
    on_both(|world| {
        let form = "application/x-www-form-urlencoded";
        let body = vec![b'x'; TOO_MANY_BYTES];
        let answer = sent(world, "POST", "/account/tokens?lang=en", form, body);
        refused(&answer, 413, "above 3145728 bytes");
        let head = "--cut\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n";
        let mut body = head.as_bytes().to_vec();
        body.resize(TOO_MANY_BYTES, b'x');
        let address = format!("/calls/{}/apply?lang=zh", world.call);
        let answer = sent(world, "POST", &address, "multipart/form-data; boundary=cut", body);
        refused(&answer, 413, "超过 3145728 字节的上限");
    });
}

#[test]
fn a_form_of_another_media_type_is_told_the_right_one() {
    on_both(|world| {
        for address in ["/account/tokens".to_owned(), format!("/calls/{}/apply", world.call)] {
            let english = format!("{address}?lang=en");
            let answer = sent(world, "POST", &english, "text/plain", b"label=x".to_vec());
            refused(&answer, 415, "Content-Type: application/x-www-form-urlencoded");
            let chinese = format!("{address}?lang=zh");
            let answer = sent(world, "POST", &chinese, "application/json", b"{}".to_vec());
            refused(&answer, 415, "提交的内容类型不符");
        }
    });
}
