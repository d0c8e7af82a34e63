//! Opening a bucket: its address, its credentials, and a first look.

use super::S3;
use crate::{Error, Key};
use futures_util::StreamExt;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use std::time::Duration;
use url::Url;

/// Longest wait for a connection, in seconds. ASSUMPTION: the service is in the same country.
const CONNECT_SECONDS_MAX: u64 = 5;
/// Longest silence of the service, in seconds. There is no limit on a whole request, because a
/// large object may take hours.
const SILENCE_SECONDS_MAX: u64 = 60;
/// Tries of one request after the first, and the seconds in which they begin. ASSUMPTION: whoever
/// waits for a page gives up after half a minute.
const RETRIES_MAX: usize = 4;
const RETRY_SECONDS_MAX: u64 = 30;

/// Variables that say where credentials come from. The address of the metadata service counts, so
/// that a machine's own role is used only by who asks for it: the probe hangs everywhere else.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT",
];

/// What an address says.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    bucket: String,
    prefix: String,
    endpoint: Option<String>,
    region: Option<String>,
}

impl S3 {
    /// Opens a bucket with the `AWS_*` variables of an environment.
    pub(crate) async fn open(url: &str, environment: &[(String, String)]) -> Result<Self, Error> {
        let address = address_read(url)?;
        let is_given = |name: &str| environment.iter().any(|(n, v)| n == name && !v.is_empty());
        if !CREDENTIALS.into_iter().any(is_given) {
            return Err(Error::Credentials { bucket: address.bucket });
        }
        // The program's one TLS; it is no error that somebody chose before us.
        drop(rustls::crypto::ring::default_provider().install_default());
        let what = format!("use the bucket `{}`", address.bucket);
        let client = builder(&address, environment)
            .build()
            .map_err(|error| Error::from_service(what.clone(), error))?;
        let s3 = Self { client, prefix: address.prefix };
        let folder = Path::from(s3.objects());
        // Two looks: the first tells who is forbidden, the second whether there is a bucket.
        s3.look(&folder).await?;
        match s3.client.list(Some(&folder)).next().await {
            None | Some(Ok(_)) => Ok(s3),
            Some(Err(error)) if is_no_bucket(&error) => {
                Err(Error::Bucket { bucket: address.bucket })
            }
            Some(Err(error)) => Err(Error::from_service(what, error)),
        }
    }
}

fn address_read(url: &str) -> Result<Address, Error> {
    let wrong = |why| Error::Url { url: url.to_owned(), why };
    let parsed = Url::parse(url).map_err(|_| wrong("it is not a URL"))?;
    let bucket = parsed.host_str().filter(|host| !host.is_empty());
    let bucket = bucket.ok_or_else(|| wrong("it names no bucket"))?.to_owned();
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(Error::Url {
            // The address goes into logs, a password must not.
            url: format!("s3://{bucket}"),
            why: "it carries credentials, which belong in the environment",
        });
    }
    let prefix = match parsed.path().trim_matches('/') {
        "" => String::new(),
        path => {
            let wrong = |_| wrong("the prefix may only have a-z, 0-9, `_`, `-` and `/`");
            format!("{}/", path.parse::<Key>().map_err(wrong)?)
        }
    };
    let mut address = Address { bucket, prefix, endpoint: None, region: None };
    for (name, value) in parsed.query_pairs() {
        match &*name {
            "endpoint" if value.starts_with("http://") || value.starts_with("https://") => {
                address.endpoint = Some(value.into_owned());
            }
            "endpoint" => return Err(wrong("the endpoint must begin with http:// or https://")),
            "region" => address.region = Some(value.into_owned()),
            _ => return Err(wrong("it has a setting that is neither `endpoint` nor `region`")),
        }
    }
    Ok(address)
}

fn builder(address: &Address, environment: &[(String, String)]) -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::new();
    for (name, value) in environment {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    let is_plain = address.endpoint.as_ref().is_some_and(|url| url.starts_with("http://"));
    let options = ClientOptions::new()
        .with_allow_http(is_plain)
        .with_timeout_disabled()
        .with_connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .with_read_timeout(Duration::from_secs(SILENCE_SECONDS_MAX));
    builder = builder
        .with_bucket_name(&address.bucket)
        .with_client_options(options)
        // Over TLS nobody changes a body on the way; without it the signature has to cover it.
        .with_unsigned_payload(!is_plain)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: RETRIES_MAX,
            retry_timeout: Duration::from_secs(RETRY_SECONDS_MAX),
        });
    if let Some(endpoint) = &address.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &address.region {
        builder = builder.with_region(region);
    }
    builder
}

/// Whether the service says that there is no such bucket, by status or by its code ("Error
/// responses", Amazon S3 API reference).
fn is_no_bucket(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { .. })
        || error.to_string().contains("NoSuchBucket")
}

#[cfg(test)]
mod tests {
    use super::{Address, address_read};
    use crate::Error;

    #[test]
    fn an_address_names_bucket_prefix_endpoint_and_region() {
        let address =
            address_read("s3://zone/a/b/?endpoint=http://127.0.0.1:8333&region=cn-north-1");
        let expected = Address {
            bucket: "zone".to_owned(),
            prefix: "a/b/".to_owned(),
            endpoint: Some("http://127.0.0.1:8333".to_owned()),
            region: Some("cn-north-1".to_owned()),
        };
        assert_eq!(address.unwrap(), expected);
        let bare = address_read("s3://zone").unwrap();
        assert_eq!((bare.prefix.as_str(), bare.endpoint), ("", None));
    }

    #[test]
    fn an_address_that_says_something_else_is_refused() {
        let check = |url: &str, expected: &str| match address_read(url) {
            Err(Error::Url { why, .. }) => assert!(why.contains(expected), "{url}: {why}"),
            other => unreachable!("{url}: {other:?}"),
        };
        check("s3:", "no bucket");
        check("s3:///prefix", "no bucket");
        check("s3://zone/A", "prefix");
        check("s3://zone/a/../b%2e", "prefix");
        check("s3://zone?endpoint=127.0.0.1", "endpoint must begin");
        check("s3://zone?secret=x", "setting");
        check("s3://key:secret@zone", "credentials");
        let Err(Error::Url { url, .. }) = address_read("s3://key:secret@zone") else {
            unreachable!("refused above")
        };
        assert!(!url.contains("secret"), "{url}");
    }
}
