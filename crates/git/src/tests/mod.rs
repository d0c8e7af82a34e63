//! Claims about repositories, with Git's own program as the judge.

mod edit;
mod objects;
mod oracle;
mod walk;
mod writing;
