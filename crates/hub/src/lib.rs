//! Repositories of models and datasets: names, access, refs, commits, discussions, lineage.
