//! Writes every sample page as a file, with its assets: `cargo run -p web --example pages -- DIR`.
//!
//! Open the files in a browser, or take pictures of them with `crates/web/screenshots/take`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use web::{Lang, asset, asset_names, pages};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("usage: pages DIR")?);
    fs::create_dir_all(dir.join("assets"))?;
    for name in asset_names() {
        if let Some(file) = asset(name) {
            fs::write(dir.join("assets").join(name), file.bytes)?;
        }
    }
    for lang in Lang::ALL {
        for page in pages::samples_render(lang)? {
            let name = format!("{}.{}.{}.html", page.page, page.sample, lang.code());
            fs::write(dir.join(name), page.html.replace("\"/assets/", "\"assets/"))?;
        }
    }
    Ok(())
}
