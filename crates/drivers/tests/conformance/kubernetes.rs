//! The driver of Kubernetes under the claims, on a stand-in for its API.

use crate::ground::{Can, Ground};
use crate::kubernetes_fake::{Fake, TOKEN};
use base::SystemClock;
use compute::Secret;
use drivers::{Kubernetes, KubernetesOptions};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use testbed::TempDir;

/// Gives an API of its own.
pub(crate) fn ground() -> Option<Ground> {
    Some(ground_on(Fake::start()))
}

fn ground_on(fake: Fake) -> Ground {
    let folder = TempDir::new().expect("the temporary folder can be written");
    let url = fake.url.parse().expect("an address");
    let mut options = KubernetesOptions::new(url, "lab", folder.path().to_owned());
    options.token = Some(Secret::new(TOKEN.to_owned()));
    let driver = Kubernetes::new(options, Arc::new(SystemClock)).expect("a plain address");
    Ground {
        driver: Arc::new(driver),
        can: Can {
            // Images are looked for by nodes.
            refuses_environments: false,
            tells_memory: false,
            tells_cpu: false,
            moves_folders: false,
            keeps_both_ends: false,
            closes_network: false,
        },
        environment: "registry.example/sh:1".to_owned(),
        patience: Duration::from_secs(60),
        keep: Box::new((fake, folder)),
    }
}

#[tokio::test]
async fn a_pod_has_no_more_rights_than_an_ordinary_user() {
    let fake = Fake::start();
    let url = fake.url.clone();
    let ground = ground_on(fake);
    let run = ground.script("rights", "exec sleep 60");
    ground.submit(&run).await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let path = format!("{url}/apis/batch/v1/namespaces/lab/jobs/hutong-rights");
    let answer = client.get(path).bearer_auth(TOKEN).send().await.expect("an answer");
    let job: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(job["spec"]["backoffLimit"], 0);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(pod["activeDeadlineSeconds"], 60);
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
    assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL");
    assert_eq!(container["resources"]["limits"]["cpu"], "500m");
    assert_eq!(container["resources"]["limits"], container["resources"]["requests"]);
}
