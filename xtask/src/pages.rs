//! Opens the demonstration in a real browser and takes pictures of it.

use crate::ci::Outcome;
use crate::runner::cargo;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What is looked at: name of the picture, address, width and height in pixels.
const LOOKS: [(&str, &str, u32, u32); 5] = [
    ("home", "/", 1280, 1400),
    ("home-phone-zh", "/?lang=zh", 360, 1400),
    ("concentration", "/concentration", 1280, 1600),
    ("register-phone", "/register?q=chengying", 360, 1200),
    ("entitlement", "/entitlement", 1280, 1200),
];
/// A picture smaller than this is an empty page or an error of the browser, in bytes.
const PICTURE_BYTES_MIN: u64 = 8_000;
/// Name of the picture that README shows.
const SHOWN: &str = "home";

/// Takes the pictures into `target/pages`; `HUTONG_SCREENSHOT=1` renews the one in `docs/`.
pub(crate) fn pages() -> Result<Outcome> {
    let out = PathBuf::from("target/pages");
    let data = out.join("zone");
    if data.exists() {
        fs::remove_dir_all(&data).context("remove the old zone")?;
    }
    fs::create_dir_all(&out).context("make target/pages")?;
    let (server, url) = serve(&data)?;
    let looked = LOOKS.iter().try_for_each(|look| picture(&out, &url, look));
    drop(server);
    looked?;
    samples_fit(&out)?;
    if std::env::var_os("HUTONG_SCREENSHOT").is_some() {
        let shown = Path::new("docs/screenshots").join(format!("{SHOWN}.png"));
        fs::copy(out.join(format!("{SHOWN}.png")), &shown).context("renew the picture")?;
    }
    println!("{} pictures in {}", LOOKS.len(), out.display());
    Ok(Outcome::Passed)
}

/// Renders every sample of every page and finds those that scroll sideways on a phone.
fn samples_fit(out: &Path) -> Result<()> {
    let samples = out.join("samples");
    let written = cargo()
        .args(["run", "--quiet", "--package", "web", "--example", "pages", "--"])
        .arg(&samples)
        .status()
        .context("render the samples")?;
    ensure!(written.success(), "the samples were not rendered: {written}");
    let narrow = Command::new("crates/web/screenshots/narrow").arg(&samples).status();
    let narrow = narrow.context("look at the samples")?;
    ensure!(narrow.success(), "a page scrolls sideways at 360 pixels: {narrow}");
    Ok(())
}

/// The demonstration as a process; it ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Its zone is thrown away, so there is nothing to end in order.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn serve(data: &Path) -> Result<(Server, String)> {
    let mut child = cargo()
        // As README says it: without a package, so that the workspace has to know its binary.
        .args(["run", "--quiet", "--", "demo", "--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .context("start the demonstration")?;
    let stdout = child.stdout.take().context("read the demonstration")?;
    let server = Server(child);
    for line in BufReader::new(stdout).lines() {
        let line = line.context("read the demonstration")?;
        if let Some(rest) = line.strip_prefix("Serving at ") {
            let url = rest.split(' ').next().unwrap_or_default();
            return Ok((server, url.to_owned()));
        }
    }
    anyhow::bail!("the demonstration ended before it served")
}

fn picture(out: &Path, url: &str, look: &(&str, &str, u32, u32)) -> Result<()> {
    let (name, address, width, height) = look;
    let file = out.join(format!("{name}.png"));
    let profile = out.join("browser");
    let status = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--hide-scrollbars", &format!("--window-size={width},{height}")])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--screenshot={}", file.display()))
        .arg(format!("{url}{address}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("start the browser")?;
    ensure!(status.success(), "the browser failed on {address}: {status}");
    let bytes = fs::metadata(&file).with_context(|| format!("no picture of {address}"))?.len();
    ensure!(bytes >= PICTURE_BYTES_MIN, "the picture of {address} is empty: {bytes} bytes");
    Ok(())
}
