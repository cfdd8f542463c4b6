//! "Did you mean": the known name nearest to a misspelt one.

/// Names longer than this are compared by nobody.
const LONGEST: usize = 64;
/// More names than this are not looked through: no person has so many to mistake.
const MOST: usize = 500;

/// The name among `known` that is nearest to `found`: so few letters changed, left out,
/// added or swapped that a slip of the pen is likely. Of two equally near the first wins.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let found: Vec<char> = found.to_lowercase().chars().take(LONGEST + 1).collect();
    if found.is_empty() || found.len() > LONGEST {
        return None;
    }
    let allowed = (found.len() / 3).max(1);
    known
        .into_iter()
        .take(MOST)
        .filter_map(|name| {
            let letters: Vec<char> = name.to_lowercase().chars().take(LONGEST + 1).collect();
            let near = letters.len().abs_diff(found.len()) <= allowed && letters.len() <= LONGEST;
            // One letter is near to every other; that is no help.
            let distance = near.then(|| distance(&found, &letters))?;
            (distance <= allowed && distance < letters.len()).then_some((distance, name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.to_owned())
}

/// The optimal string alignment distance: insertions, deletions, replacements, and
/// swaps of neighbours.
fn distance(one: &[char], two: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in two.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == two[j - 1] && one[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[two.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_pen_finds_the_name_that_was_meant() {
        let known = ["payment", "inventory", "orders", "id"];
        for (found, meant) in [
            ("paymnet", Some("payment")),
            ("Payment", Some("payment")),
            ("order", Some("orders")),
            ("inventroy", Some("inventory")),
            ("shipping", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(found, known).as_deref(), meant, "{found}");
        }
    }

    #[test]
    fn hostile_names_cost_nothing() {
        let long = "x".repeat(1 << 20);
        assert_eq!(nearest(&long, [long.as_str()]), None);
        assert_eq!(nearest("xy", [long.as_str()]), None);
    }
}
