//! Scalars with a meaning: numbers within bounds, durations, shares, names, references.

use super::fields::{Decoder, Fields, Mentioned, described};
use crate::kernel::{SimDuration, SimTime};
use crate::scenario::diagnostic::{Expected, Problem, RefKind};
use crate::scenario::document::{
    Bandwidth, Date, Decimal, MemberRef, Name, Rate, SettingPath, Share, Text, TypeName,
};
use crate::scenario::expr::Expression;
use crate::scenario::limits::{MAX_BANDWIDTH, MAX_FACTOR, MAX_PATH, MAX_RATE, MAX_SIZE, MAX_SPAN};
use crate::scenario::tree::Node;
use crate::scenario::units;

impl Decoder<'_> {
    /// Text for people: plain, which is in both languages, or by language.
    pub(super) fn text(&mut self, node: &Node) -> Option<Text> {
        if let Some(text) = node.as_text() {
            return Some(Text {
                en: (!text.is_empty()).then(|| text.to_owned()),
                ru: None,
            });
        }
        let mut fields = Fields::open(self, node, Expected::Text)?;
        let en = fields.optional(self, "en", Self::string);
        let ru = fields.optional(self, "ru", Self::string);
        fields.close(self);
        Some(Text { en, ru })
    }

    /// A text.
    pub(super) fn string(&mut self, node: &Node) -> Option<String> {
        match node.as_text() {
            Some(text) => Some(text.to_owned()),
            None => self.unexpected(node, Expected::String),
        }
    }

    /// A name.
    pub(super) fn name(&mut self, node: &Node) -> Option<Name> {
        match node.as_text().filter(|text| units::is_name(text)) {
            Some(text) => Some(Name::new(text)),
            None => self.unexpected(node, Expected::Name),
        }
    }

    /// Yes or no.
    pub(super) fn bool(&mut self, node: &Node) -> Option<bool> {
        match node.as_text() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => self.unexpected(node, Expected::Bool),
        }
    }

    /// A whole number from `from` to `to`.
    pub(super) fn count(&mut self, node: &Node, from: u64, to: u64) -> Option<u64> {
        let Some(number) = node.as_text().and_then(units::whole) else {
            return self.unexpected(node, Expected::Whole);
        };
        match u64::try_from(number)
            .ok()
            .filter(|number| (from..=to).contains(number))
        {
            Some(number) => Some(number),
            None => self.out_of_range(node, from.to_string(), to.to_string()),
        }
    }

    /// A whole number that fits 32 bits.
    pub(super) fn small(&mut self, node: &Node, from: u64, to: u64) -> Option<u32> {
        self.count(node, from, to.min(u64::from(u32::MAX)))
            .map(|number| number as u32)
    }

    /// A decimal number.
    pub(super) fn decimal(&mut self, node: &Node) -> Option<Decimal> {
        match node.as_text().and_then(units::decimal) {
            Some(number) => Some(number),
            None => self.unexpected(node, Expected::Number),
        }
    }

    /// A real factor from `from` to the largest there is.
    pub(super) fn factor(&mut self, node: &Node, from: f64) -> Option<f64> {
        self.real_within(node, from, MAX_FACTOR)
    }

    /// A real number within bounds.
    pub(super) fn real_within(&mut self, node: &Node, from: f64, to: f64) -> Option<f64> {
        let Some(number) = node.as_text().and_then(units::real) else {
            return self.unexpected(node, Expected::Number);
        };
        if number < from || number > to {
            return self.out_of_range(node, from.to_string(), to.to_string());
        }
        Some(number)
    }

    /// A span of time no longer than anything in a run may take.
    pub(super) fn duration(&mut self, node: &Node) -> Option<SimDuration> {
        self.duration_within(node, SimDuration::ZERO, MAX_SPAN)
    }

    /// The same, more than zero.
    pub(super) fn positive_duration(&mut self, node: &Node) -> Option<SimDuration> {
        self.duration_within(node, SimDuration::from_nanos(1), MAX_SPAN)
    }

    /// A span of time within bounds.
    pub(super) fn duration_within(
        &mut self,
        node: &Node,
        from: SimDuration,
        to: SimDuration,
    ) -> Option<SimDuration> {
        let Some(nanos) = node.as_text().and_then(units::nanos) else {
            return self.unexpected(node, Expected::Duration);
        };
        if nanos < i128::from(from.as_nanos()) || nanos > i128::from(to.as_nanos()) {
            return self.out_of_range(node, from.to_string(), to.to_string());
        }
        Some(units::span(nanos))
    }

    /// An argument that may stand bare: `exponential: 60ms` or `exponential: {mean: 60ms}`.
    pub(super) fn main<T>(
        &mut self,
        node: &Node,
        key: &'static str,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<T> {
        if node.as_map().is_none() {
            return read(self, node);
        }
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let value = fields.required(self, key, |d, node| read(d, node));
        fields.close(self);
        value
    }

    /// Two fields of one kind.
    pub(super) fn pair<T>(
        &mut self,
        node: &Node,
        keys: [&'static str; 2],
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<(T, T)> {
        let mut fields = Fields::open(self, node, Expected::Map)?;
        let one = fields.required(self, keys[0], |d, node| read(d, node));
        let two = fields.required(self, keys[1], |d, node| read(d, node));
        fields.close(self);
        Some((one?, two?))
    }

    /// Checks that one bound is not above the other.
    pub(super) fn ordered(
        &mut self,
        node: &Node,
        lower: &str,
        upper: &str,
        holds: bool,
    ) -> Option<()> {
        if holds {
            return Some(());
        }
        self.error(
            node,
            Problem::NotOrdered {
                lower: lower.to_owned(),
                upper: upper.to_owned(),
            },
        )
    }

    /// Checks that one bound is below the other.
    pub(super) fn less(
        &mut self,
        node: &Node,
        lower: &str,
        upper: &str,
        holds: bool,
    ) -> Option<()> {
        if holds {
            return Some(());
        }
        self.error(
            node,
            Problem::NotLess {
                lower: lower.to_owned(),
                upper: upper.to_owned(),
            },
        )
    }

    /// A share.
    pub(super) fn share(&mut self, node: &Node) -> Option<Share> {
        let Some(parts) = node.as_text().and_then(units::share) else {
            return self.unexpected(node, Expected::Share);
        };
        match u32::try_from(parts).ok().and_then(Share::from_millionths) {
            Some(share) => Some(share),
            None => self.out_of_range(node, "0%".to_owned(), "100%".to_owned()),
        }
    }

    /// A rate.
    pub(super) fn rate(&mut self, node: &Node) -> Option<Rate> {
        self.rate_of(node, node.as_text().unwrap_or_default())
    }

    /// A rate in the words of a scalar.
    pub(super) fn rate_of(&mut self, node: &Node, text: &str) -> Option<Rate> {
        let Some(rate) = units::rate(text) else {
            return self.unexpected(node, Expected::Rate);
        };
        match units::checked_rate(rate, MAX_RATE) {
            Some(rate) => Some(rate),
            None => self.out_of_range(node, "0/s".to_owned(), format!("{MAX_RATE}/s")),
        }
    }

    /// A size in bytes.
    pub(super) fn size(&mut self, node: &Node) -> Option<u64> {
        let Some(size) = node.as_text().and_then(units::size) else {
            return self.unexpected(node, Expected::Size);
        };
        match u64::try_from(size).ok().filter(|size| *size <= MAX_SIZE) {
            Some(size) => Some(size),
            None => self.out_of_range(node, "0B".to_owned(), "1GiB".to_owned()),
        }
    }

    /// The size of a message in bytes.
    pub(super) fn message_size(&mut self, node: &Node) -> Option<u32> {
        // The largest there is fits.
        self.size(node).and_then(|size| u32::try_from(size).ok())
    }

    /// How much goes through a link.
    pub(super) fn bandwidth(&mut self, node: &Node) -> Option<Bandwidth> {
        let Some(bits) = node.as_text().and_then(units::bandwidth) else {
            return self.unexpected(node, Expected::Bandwidth);
        };
        let bits = u64::try_from(bits)
            .ok()
            .filter(|bits| *bits <= MAX_BANDWIDTH);
        match bits.and_then(Bandwidth::bits_per_second) {
            Some(bandwidth) => Some(bandwidth),
            None => self.out_of_range(node, "1bit/s".to_owned(), "1000Gbit/s".to_owned()),
        }
    }

    /// A date.
    pub(super) fn date(&mut self, node: &Node) -> Option<Date> {
        match node.as_text().and_then(units::date) {
            Some(date) => Some(date),
            None => self.unexpected(node, Expected::Date),
        }
    }

    /// A moment of the run: a time since its start, or a date since its epoch.
    pub(super) fn moment(&mut self, node: &Node) -> Option<SimTime> {
        let text = node.as_text().unwrap_or_default();
        if units::nanos(text).is_some() {
            return self.duration(node).map(|span| SimTime::ZERO.after(span));
        }
        let Some(date) = units::date(text) else {
            return self.unexpected(node, Expected::Moment);
        };
        let Some(epoch) = self.epoch else {
            return self.error(node, Problem::NeedsEpoch);
        };
        match u64::try_from(date.0 - epoch.0) {
            Ok(seconds) => Some(SimTime::ZERO.after(SimDuration::from_secs(seconds))),
            Err(_) => self.error(node, Problem::BeforeEpoch),
        }
    }

    /// A reference `owner.member` to a `wanted`.
    pub(super) fn member(&mut self, node: &Node, wanted: RefKind) -> Option<MemberRef> {
        let text = node.as_text().unwrap_or_default();
        match text
            .split_once('.')
            .filter(|(owner, member)| units::is_name(owner) && units::is_name(member))
        {
            Some((owner, member)) => {
                self.known(node, wanted, text)?;
                Some(MemberRef {
                    owner: Name::new(owner),
                    member: Name::new(member),
                })
            }
            None => self.unexpected(node, Expected::Reference),
        }
    }

    /// The name of a `wanted`.
    pub(super) fn reference(&mut self, node: &Node, wanted: RefKind) -> Option<Name> {
        let name = self.name(node)?;
        self.known(node, wanted, name.as_str())?;
        Some(name)
    }

    /// Anything of this scenario that has a name, in words.
    pub(super) fn thing(&mut self, node: &Node) -> Option<String> {
        let text = self.string(node)?;
        self.known(node, RefKind::Thing, &text)?;
        Some(text)
    }

    /// The name of a type, checked where types are declared at all.
    pub(super) fn type_name(&mut self, node: &Node) -> Option<TypeName> {
        let text = node.as_text().unwrap_or_default();
        self.type_of(node, text)
    }

    /// The name of a type in a text that stands at `node`.
    pub(super) fn type_of(&mut self, node: &Node, text: &str) -> Option<TypeName> {
        let Some(name) = type_name(text) else {
            let found = if node.as_text() == Some(text) {
                described(node)
            } else {
                format!("`{text}`")
            };
            return self.error(
                node,
                Problem::Expected {
                    found,
                    expected: Expected::Name,
                },
            );
        };
        if self.symbols().has_types() {
            self.known(node, RefKind::Type, text)?;
        }
        Some(name)
    }

    /// An expression, without its `=`.
    pub(super) fn expression(&mut self, node: &Node) -> Option<Expression> {
        let Some(text) = node.as_text() else {
            return self.unexpected(node, Expected::Expression);
        };
        match Expression::parse(text.strip_prefix('=').unwrap_or(text)) {
            Ok(expression) => {
                let before = text.len() - expression.source().len();
                for range in expression.figures() {
                    let name = expression.source()[range.clone()].to_owned();
                    let kind = RefKind::Thing;
                    let range = range.start + before..range.end + before;
                    self.mention(node, range, Mentioned::Thing { kind, name });
                }
                Some(expression)
            }
            Err(error) => self.error(node, error.into()),
        }
    }

    /// The path of a setting.
    pub(super) fn path(&mut self, node: &Node) -> Option<SettingPath> {
        match node.as_text().and_then(setting_path) {
            Some(path) => {
                self.mention_setting(node);
                Some(path)
            }
            None => self.unexpected(node, Expected::Path),
        }
    }

    /// Takes note of a setting; the paths of a version begin in its service.
    pub(super) fn mention_setting(&mut self, node: &Node) {
        let base = self.base_of_settings();
        let length = node.as_text().map_or(0, str::len);
        self.mention(node, 0..length, Mentioned::Setting { base });
    }

    pub(super) fn out_of_range<T>(&mut self, node: &Node, from: String, to: String) -> Option<T> {
        self.error(
            node,
            Problem::OutOfRange {
                found: described(node),
                from,
                to,
            },
        )
    }
}

/// A type's name with its version: `Deposited@2`.
pub(super) fn type_name(text: &str) -> Option<TypeName> {
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (
            name,
            Some(units::whole(version).and_then(|version| u32::try_from(version).ok())?),
        ),
        None => (text, None),
    };
    units::is_name(name).then(|| TypeName {
        name: Name::new(name),
        version,
    })
}

/// The path of a setting: segments between dots.
pub(crate) fn setting_path(text: &str) -> Option<SettingPath> {
    let segments: Vec<Name> = text.split('.').map(Name::new).collect();
    let well = |segment: &Name| {
        let text = segment.as_str();
        !text.is_empty()
            && text.chars().all(|c| units::is_name_char(c) || c == '@')
            && text.chars().count() <= 64
    };
    (segments.len() <= MAX_PATH && segments.iter().all(well)).then_some(SettingPath(segments))
}
