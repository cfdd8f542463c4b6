//! The dial of a knob: places of a slider to values, and values to what stands in the
//! document and to what a person reads.

use interplay_protocol::KnobView;

use crate::i18n::{Locale, number, text};

/// Places of a knob that moves freely.
const FREELY: f64 = 200.0;
/// The most places of a knob that moves in steps.
const MOST: f64 = 10_000.0;

/// From places to values.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Dial {
    prefix: String,
    unit: String,
    from: f64,
    to: f64,
    step: f64,
}

impl Dial {
    /// The dial of a knob.
    pub(crate) fn new(knob: &KnobView) -> Self {
        let span = (knob.to - knob.from).max(0.0);
        let step = if knob.step > 0.0 {
            knob.step.max(span / MOST)
        } else {
            span / FREELY
        };
        Self {
            prefix: knob.prefix.clone(),
            unit: knob.unit.clone(),
            from: knob.from,
            to: knob.to,
            step,
        }
    }

    /// The last place; the first is 0.
    pub(crate) fn places(&self) -> f64 {
        if self.step > 0.0 {
            ((self.to - self.from) / self.step).round()
        } else {
            0.0
        }
    }

    /// The value at a place.
    pub(crate) fn value_at(&self, place: f64) -> f64 {
        (self.from + place * self.step).clamp(self.from, self.to.max(self.from))
    }

    /// The place of a value.
    pub(crate) fn place_of(&self, value: f64) -> f64 {
        if self.step > 0.0 {
            ((value - self.from) / self.step)
                .round()
                .clamp(0.0, self.places())
        } else {
            0.0
        }
    }

    /// Whether two values are the same as far as the dial can tell.
    pub(crate) fn same(&self, one: f64, other: f64) -> bool {
        (one - other).abs() <= self.step * 1e-6
    }

    /// What stands in the document for a value.
    pub(crate) fn written(&self, value: f64) -> String {
        format!("{}{}{}", self.prefix, plain(value), self.unit)
    }

    /// What a person reads for a value, in the unit of the document.
    pub(crate) fn shown(&self, locale: Locale, value: f64) -> String {
        let space = if self.unit.is_empty() || self.unit.starts_with(['/', '%']) {
            ""
        } else {
            "\u{a0}"
        };
        let decimals = (1.0 - self.step.max(1e-9).log10()).ceil().clamp(0.0, 6.0) as usize;
        format!(
            "{}{space}{}",
            number(locale, value, decimals),
            unit(locale, &self.unit)
        )
    }
}

/// A unit of the document as people write it.
fn unit(locale: Locale, unit: &str) -> String {
    match unit {
        "ns" => text!(locale, unit.ns),
        "us" => text!(locale, unit.us),
        "ms" => text!(locale, unit.ms),
        "s" => text!(locale, unit.s),
        "m" => text!(locale, unit.min),
        "h" => text!(locale, unit.h),
        "/s" => format!("/{}", text!(locale, unit.s)),
        "/m" => format!("/{}", text!(locale, unit.min)),
        "/h" => format!("/{}", text!(locale, unit.h)),
        _ => unit.to_owned(),
    }
}

/// A number without rounding noise and idle zeros.
fn plain(value: f64) -> String {
    let fixed = format!("{value:.9}");
    fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::scenario::document::Text;

    fn dial(prefix: &str, unit: &str, from: f64, to: f64, step: f64) -> Dial {
        Dial::new(&KnobView {
            path: "a.b".to_owned(),
            label: Text::default(),
            prefix: prefix.to_owned(),
            unit: unit.to_owned(),
            value: from,
            original: from,
            from,
            to,
            step,
            later: Vec::new(),
        })
    }

    #[test]
    fn a_value_is_written_as_the_document_has_it() {
        let load = dial("poisson ", "/s", 1.0, 60.0, 1.0);
        assert_eq!(load.written(load.value_at(41.0)), "poisson 42/s");
        let latency = dial("", "ms", 50.0, 2_000.0, 50.0);
        assert_eq!(latency.written(latency.value_at(3.0)), "200ms");
        let share = dial("", "%", 0.0, 1.0, 0.1);
        assert_eq!(share.written(share.value_at(3.0)), "0.3%");
    }

    #[test]
    fn a_place_and_its_value_agree() {
        for dial in [
            dial("", "ms", 50.0, 2_000.0, 50.0),
            dial("", "", 1.0, 6.0, 1.0),
            dial("", "s", 0.05, 5.0, 0.0),
        ] {
            for place in [0.0, 1.0, dial.places()] {
                assert!(
                    (dial.place_of(dial.value_at(place)) - place).abs() < 1e-9,
                    "{dial:?} {place}"
                );
            }
        }
    }

    #[test]
    fn a_dial_without_a_span_has_one_place() {
        let stuck = dial("", "ms", 5.0, 5.0, 0.0);
        assert!(stuck.places().abs() < f64::EPSILON);
        assert_eq!(stuck.written(stuck.value_at(stuck.place_of(5.0))), "5ms");
    }

    #[test]
    fn a_person_reads_the_unit_in_their_language() {
        assert_eq!(
            dial("poisson ", "/s", 1.0, 60.0, 1.0).shown(Locale::en, 42.0),
            "42/s"
        );
        assert_eq!(
            dial("", "ms", 10.0, 900.0, 10.0).shown(Locale::ru, 250.0),
            "250\u{a0}мс"
        );
        assert_eq!(
            dial("", "s", 0.0, 2.0, 0.05).shown(Locale::ru, 0.25),
            "0,25\u{a0}с"
        );
    }
}
