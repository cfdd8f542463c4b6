//! The level of detail: how much of a node can be told at the size it is seen.

/// Seen smaller than this, the words on a card cannot be read.
const READABLE: f32 = 0.5;
/// Seen smaller than this, boxes of single nodes say less than their groups do.
const TELLING: f32 = 0.16;

/// How much is told of each node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Cards with names, gauges and figures; every line by itself.
    Cards,
    /// Boxes with a name, a level and a sign; lines as wide as their traffic.
    Boxes,
    /// One box a group; lines between groups.
    Groups,
}

impl Detail {
    /// What can be told at this magnification, of a scene with groups or without.
    pub fn of(scale: f32, grouped: bool) -> Self {
        if scale >= READABLE {
            Self::Cards
        } else if scale >= TELLING || !grouped {
            Self::Boxes
        } else {
            Self::Groups
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_a_scene_is_seen_the_less_is_told() {
        assert_eq!(Detail::of(1.0, true), Detail::Cards);
        assert_eq!(Detail::of(0.3, true), Detail::Boxes);
        assert_eq!(Detail::of(0.1, true), Detail::Groups);
        assert_eq!(
            Detail::of(0.1, false),
            Detail::Boxes,
            "there is no other way"
        );
    }
}
