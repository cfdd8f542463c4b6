//! What the page and its simulation worker say to each other.
