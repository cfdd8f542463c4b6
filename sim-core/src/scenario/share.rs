//! Links: a scenario, what was changed in it and where the reader was, in the fragment
//! of a URL.
//!
//! A [`Link`] flows in, a fragment flows out, and back: JSON, deflated, in the URL
//! alphabet of base64. What a fragment says is a stranger's word: its length and what it
//! inflates to are bounded, unknown fields are ignored, missing ones have defaults.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::document::{Language, SettingPath};
use super::tree::{self, Node};

/// The format this program writes, and the newest it reads.
pub const FORMAT: u32 = 1;
/// The longest fragment, in bytes: what all browsers let through by far.
pub const MAX_FRAGMENT: usize = 512 << 10;
/// What a fragment may inflate to, in bytes.
pub const MAX_INFLATED: usize = 1 << 20;
/// The most settings a link changes.
pub const MAX_CHANGES: usize = 256;

/// 9 is the best compression of deflate's usual scale; links are written rarely.
const LEVEL: u8 = 9;

/// Without padding when written, with or without it when read: chats add and eat `=`.
const ALPHABET: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The format it is written in.
    #[serde(default = "format")]
    pub format: u32,
    /// The version of the program that wrote it.
    #[serde(default)]
    pub engine: String,
    /// The scenario.
    pub source: Source,
    /// Settings that were changed: path and value as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<(String, String)>,
    /// The record the reader was at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<u64>,
    /// The digest of the run the reader saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The view the reader looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// What the reader had selected.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient"
    )]
    pub selection: Option<Selection>,
    /// Whether it is shown without chrome, inside another page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embed: bool,
    /// The language it is shown in, if not the reader's.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient"
    )]
    pub language: Option<Language>,
    /// The colours it is shown in, if not the reader's.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient"
    )]
    pub theme: Option<Theme>,
}

/// Where the scenario of a link comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// One of the library, by name.
    Preset(String),
    /// A text that travels with the link.
    Text(String),
}

/// What a reader can select.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// A node, by the name it has in the document; also whatever else the page calls by a name.
    Node(String),
    /// A message, by the number of the record that it was sent in.
    Message(u64),
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What is wrong with a link.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[expect(
    missing_docs,
    reason = "each variant's message says what its fields are"
)]
pub enum LinkError {
    #[error("the link has {length} characters; at most {limit} are read")]
    TooLong { length: usize, limit: usize },
    #[error("the link holds more than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the link is damaged: it cannot be unpacked")]
    Damaged,
    #[error("the link is damaged: what it holds is not a scenario")]
    NotALink,
    #[error("the link was made by a newer version of the program (format {format})")]
    Newer { format: u32 },
    #[error("the link changes {count} settings; at most {limit} are allowed")]
    TooManyChanges { count: usize, limit: usize },
    #[error("the link changes `{path}` into something that cannot be read")]
    Change { path: String },
}

impl LinkError {
    /// The message in `language`.
    pub fn message(&self, language: Language) -> String {
        if language == Language::En {
            return self.to_string();
        }
        match self {
            Self::TooLong { length, limit } => {
                format!("в ссылке {length} знаков, читается не более {limit}")
            }
            Self::TooLarge { limit } => format!("в ссылке упаковано больше {limit} байт"),
            Self::Damaged => "ссылка повреждена: её не удаётся распаковать".to_owned(),
            Self::NotALink => "ссылка повреждена: внутри не сценарий".to_owned(),
            Self::Newer { format } => {
                format!("ссылка сделана более новой версией программы (формат {format})")
            }
            Self::TooManyChanges { count, limit } => {
                format!("ссылка меняет {count} настроек, допустимо не больше {limit}")
            }
            Self::Change { path } => format!("новое значение `{path}` в ссылке прочитать нельзя"),
        }
    }
}

impl Link {
    /// A link to `source` as it is, written by version `engine`.
    pub fn new(engine: impl Into<String>, source: Source) -> Self {
        Self {
            format: FORMAT,
            engine: engine.into(),
            source,
            changes: Vec::new(),
            cursor: None,
            digest: None,
            view: None,
            selection: None,
            embed: false,
            language: None,
            theme: None,
        }
    }

    /// The fragment (without `#`).
    pub fn encode(&self) -> Result<String, LinkError> {
        let json = serde_json::to_vec(self).map_err(|_| LinkError::NotALink)?;
        if json.len() > MAX_INFLATED {
            return Err(LinkError::TooLarge {
                limit: MAX_INFLATED,
            });
        }
        let fragment = ALPHABET.encode(compress_to_vec(&json, LEVEL));
        if fragment.len() > MAX_FRAGMENT {
            return Err(LinkError::TooLong {
                length: fragment.len(),
                limit: MAX_FRAGMENT,
            });
        }
        Ok(fragment)
    }

    /// Reads a fragment (with or without `#`).
    pub fn decode(fragment: &str) -> Result<Self, LinkError> {
        let fragment = fragment.trim().trim_start_matches('#');
        if fragment.len() > MAX_FRAGMENT {
            return Err(LinkError::TooLong {
                length: fragment.len(),
                limit: MAX_FRAGMENT,
            });
        }
        let packed = ALPHABET.decode(fragment).map_err(|_| LinkError::Damaged)?;
        let json =
            decompress_to_vec_with_limit(&packed, MAX_INFLATED).map_err(|error| {
                match error.status {
                    TINFLStatus::HasMoreOutput => LinkError::TooLarge {
                        limit: MAX_INFLATED,
                    },
                    _ => LinkError::Damaged,
                }
            })?;
        // The format first: a newer one may have other fields.
        let Format { format } = serde_json::from_slice(&json).map_err(|_| LinkError::NotALink)?;
        if format > FORMAT {
            return Err(LinkError::Newer { format });
        }
        let link: Self = serde_json::from_slice(&json).map_err(|_| LinkError::NotALink)?;
        if link.changes.len() > MAX_CHANGES {
            return Err(LinkError::TooManyChanges {
                count: link.changes.len(),
                limit: MAX_CHANGES,
            });
        }
        Ok(link)
    }

    /// The changes as [`Scenario::patched`](super::Scenario::patched) takes them.
    pub fn settings(&self) -> Result<Vec<(SettingPath, Node)>, LinkError> {
        let change = |(path, value): &(String, String)| {
            let error = || LinkError::Change {
                path: path.chars().take(64).collect(),
            };
            let setting = path.parse::<SettingPath>().map_err(|_| error())?;
            Ok((setting, tree::parse(value).map_err(|_| error())?))
        };
        self.changes.iter().map(change).collect()
    }
}

#[derive(Deserialize)]
struct Format {
    #[serde(default = "format")]
    format: u32,
}

fn format() -> u32 {
    FORMAT
}

/// A word nobody knows is no reason to refuse a link.
fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(json: &str) -> String {
        ALPHABET.encode(compress_to_vec(json.as_bytes(), LEVEL))
    }

    #[test]
    fn a_fragment_has_only_letters_a_url_leaves_alone() {
        let fragment = Link::new("0.1.0", Source::Text("title: Сценарий".repeat(20)))
            .encode()
            .unwrap();
        assert!(
            fragment
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')),
            "{fragment}"
        );
    }

    #[test]
    fn unknown_fields_and_words_are_ignored_and_missing_fields_have_defaults() {
        let link = Link::decode(&packed(
            r#"{"source":{"preset":"checkout"},"theme":"sepia","selection":{"wire":7},"later":[1]}"#,
        ))
        .unwrap();
        assert_eq!(link.source, Source::Preset("checkout".to_owned()));
        assert_eq!(
            (link.format, link.theme, link.cursor, link.embed),
            (FORMAT, None, None, false)
        );
    }

    #[test]
    fn a_newer_format_says_so() {
        let error = Link::decode(&packed(r#"{"format":2,"whatever":true}"#)).unwrap_err();
        assert_eq!(error, LinkError::Newer { format: 2 });
        assert!(error.message(Language::Ru).contains("более новой"));
    }

    #[test]
    fn a_bomb_is_refused_at_its_bound() {
        let bomb = ALPHABET.encode(compress_to_vec(&vec![b' '; 64 << 20], LEVEL));
        assert!(bomb.len() < MAX_FRAGMENT);
        assert_eq!(
            Link::decode(&bomb),
            Err(LinkError::TooLarge {
                limit: MAX_INFLATED
            })
        );
    }

    #[test]
    fn nonsense_is_damaged_and_too_long_is_too_long() {
        for fragment in ["", "%", "AAAA", "not a link", "#"] {
            assert!(
                matches!(
                    Link::decode(fragment),
                    Err(LinkError::Damaged | LinkError::NotALink)
                ),
                "{fragment}"
            );
        }
        let long = "A".repeat(MAX_FRAGMENT + 1);
        assert!(matches!(
            Link::decode(&long),
            Err(LinkError::TooLong { .. })
        ));
        assert_eq!(Link::decode(&packed("[]")), Err(LinkError::NotALink));
    }

    #[test]
    fn changes_become_settings() {
        let mut link = Link::new("", Source::Preset("checkout".to_owned()));
        link.changes
            .push(("policies.patience.timeout".to_owned(), "50ms".to_owned()));
        assert_eq!(
            link.settings().unwrap(),
            [(
                "policies.patience.timeout".parse().unwrap(),
                Node::scalar("50ms")
            )]
        );
        link.changes.push(("a..b".to_owned(), "1".to_owned()));
        assert_eq!(
            link.settings(),
            Err(LinkError::Change {
                path: "a..b".to_owned()
            })
        );
    }

    fn any_link() -> impl Strategy<Value = Link> {
        let source = prop_oneof![
            ".*".prop_map(Source::Preset),
            "(?s).*".prop_map(Source::Text)
        ];
        let changes = prop::collection::vec((".*", ".*"), 0..4);
        let selection = prop_oneof![
            Just(None),
            ".*".prop_map(|name| Some(Selection::Node(name))),
            any::<u64>().prop_map(|record| Some(Selection::Message(record)))
        ];
        let theme = prop_oneof![
            Just(None),
            Just(Some(Theme::Light)),
            Just(Some(Theme::Dark))
        ];
        (
            source,
            changes,
            any::<Option<u64>>(),
            any::<Option<String>>(),
            any::<bool>(),
            theme,
            selection,
        )
            .prop_map(
                |(source, changes, cursor, view, embed, theme, selection)| Link {
                    changes,
                    cursor,
                    digest: view.clone(),
                    view,
                    selection,
                    embed,
                    theme,
                    language: embed.then_some(Language::Ru),
                    ..Link::new("0.1.0", source)
                },
            )
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(link in any_link()) {
            prop_assert_eq!(Link::decode(&link.encode().unwrap()).unwrap(), link);
        }

        #[test]
        fn no_fragment_makes_it_panic(fragment in "(?s).{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Link::decode(&fragment);
            let _ = Link::decode(&ALPHABET.encode(bytes));
        }
    }
}
