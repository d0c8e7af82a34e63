//! Claims about repositories, with Git's own program as the judge.

mod diff;
mod edit;
mod history;
mod merge;
mod objects;
mod oracle;
mod serve;
mod server;
mod upkeep;
mod walk;
mod writing;
