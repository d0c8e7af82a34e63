use crate::{Error, Retry, Store};
use base::Random;
use std::sync::Arc;

async fn error(url: &str) -> Error {
    Store::open(url, Arc::new(Random::seeded(1))).await.unwrap_err()
}

#[tokio::test]
async fn an_address_that_names_no_store_says_what_to_write() {
    for url in ["", "/var/blob", "file:relative", "file://host", "http://x", "s3:", "s3://b?x=1"] {
        let said = error(url).await;
        assert!(matches!(said, Error::Url { .. }), "{url}: {said}");
        assert!(said.to_string().contains("use `file:/FOLDER` or `s3://"), "{said}");
        assert_eq!(said.retry(), Retry::Never);
    }
}

#[tokio::test]
async fn a_bucket_without_credentials_says_which_variables_to_set() {
    let none = crate::s3::S3::open("s3://zone", &[]).await.unwrap_err();
    assert!(matches!(&none, Error::Credentials { bucket } if bucket == "zone"), "{none}");
    assert!(none.to_string().contains("`AWS_ACCESS_KEY_ID`"), "{none}");
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_or_forbids_is_told_apart() {
    let Ok(url) = std::env::var(testbed::S3_VARIABLE) else { return };
    let absent = error(&url.replace("s3://hutong", "s3://no-such-bucket")).await;
    assert!(matches!(absent, Error::Bucket { .. }), "{absent:?}");
    let wrong = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "wrong")];
    let wrong = wrong.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let denied = crate::s3::S3::open(&url, &wrong).await.unwrap_err();
    assert!(matches!(denied, Error::Denied { .. }), "{denied:?}");
}

#[tokio::test]
async fn tls_is_spoken_to_an_https_endpoint() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("s3://zone?endpoint=https://127.0.0.1:{port}");
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let keys = keys.map(|name| (name.to_owned(), "x".to_owned()));
    let opening = tokio::spawn(async move { crate::s3::S3::open(&url, &keys).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut first = [0; 3];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first).await.unwrap();
    // A handshake record of TLS (RFC 8446, section 5.1).
    assert_eq!((first[0], first[1]), (22, 3));
    opening.abort();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let place = testbed::TestStore::local();
    let file = place.folder().unwrap().join("file");
    std::fs::write(&file, "x").unwrap();
    let said = error(&format!("file:{}/store", file.display())).await;
    assert!(matches!(said, Error::File { .. }) && said.to_string().contains("make the folder"));
}
