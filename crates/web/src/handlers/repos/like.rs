//! Liking a repository.

use super::here::{Here, name_ensure};
use crate::handlers::work::act::form_key;
use crate::serve::{Fault, Posted, See};

/// Likes a repository, or does so no longer; each only once.
pub(super) async fn set(here: Here, form: Posted) -> Result<See, Fault> {
    let (visitor, repo) = (here.visitor.clone(), here.repo.clone());
    let (likes, to) = (form.text("liked") == "yes", here.href(""));
    let key = form_key(&here.cx, &form, repo.id.0.as_str());
    let location = here.write(move |tx| {
        app::once(tx, &key, |tx| {
            name_ensure(tx, &visitor)?;
            if likes {
                hub::like_add(tx, &visitor, &repo)?;
            } else {
                hub::like_remove(tx, &visitor, &repo)?;
            }
            Ok::<_, hub::Error>(to.clone())
        })
    });
    Ok(See(location.await?))
}
