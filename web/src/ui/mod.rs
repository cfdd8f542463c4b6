//! Small things the rooms share: icons, themes, what is remembered between visits.

pub(crate) mod clipboard;
pub(crate) mod icons;
pub(crate) mod modal;
pub(crate) mod save;
pub(crate) mod storage;
pub(crate) mod theme;
