//! Bare Git repositories: objects in packs, trees, history, merges, the smart protocol.
