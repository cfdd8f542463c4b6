//! `cargo xtask pictures`: the README's screenshot and animation, taken of the real page.
//!
//! In: frames that a real Chromium takes of the optimised page (`tests/browser/pictures.mjs`). Out:
//! `docs/screenshot.png`, and `docs/animation.gif`, of whose frames only what has changed is kept.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::Job;
use crate::project::Project;
use crate::setup::{self, Mode, Need};
use crate::stages;

const LIMIT: Duration = Duration::from_mins(5);
/// For how many milliseconds the last frame is seen: so long that the end is noticed.
const LAST_MS: u64 = 2_000;

/// Takes both pictures anew.
pub(crate) fn run(project: &Project) -> Result<()> {
    let needs: Vec<Need> = stages::PAGE
        .needs
        .iter()
        .copied()
        .chain([Need::BrowserDriver, Need::Chromium])
        .collect();
    let tools = setup::provide(project, &needs, Mode::Install)?;
    stages::run_one(project, &tools, &stages::PAGE)?;
    let frames = project.target.join("pictures");
    if frames.exists() {
        fs::remove_dir_all(&frames)?;
    }
    fs::create_dir_all(&frames)?;
    Job::new("node")
        .arg(project.browser_tests().join("pictures.mjs"))
        .arg(&frames)
        .env("INTERPLAY_CHROMIUM", tools.chromium()?)
        .env("INTERPLAY_DIST", project.dist())
        .folder(&project.root)
        .limit(LIMIT)
        .run_openly()?;
    let docs = project.root.join("docs");
    fs::copy(frames.join("screenshot.png"), docs.join("screenshot.png"))?;
    animate(&frames, &docs.join("animation.gif"))
}

/// A picture as red, green, blue and opacity of each pixel.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Picture {
    fn read(path: &Path) -> Result<Self> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::ALPHA | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let size = reader
            .output_buffer_size()
            .context("the picture is too large")?;
        let mut bytes = vec![0; size];
        let info = reader.next_frame(&mut bytes)?;
        ensure!(info.color_type == png::ColorType::Rgba, "not in colour");
        let (pixels, _) = bytes[..info.buffer_size()].as_chunks::<4>();
        Ok(Self {
            width: info.width as usize,
            height: info.height as usize,
            pixels: pixels.to_vec(),
        })
    }

    /// The least rectangle outside of which it is as `other` is: left, top, right, bottom.
    fn change(&self, other: &Self) -> Option<[usize; 4]> {
        let mut found: Option<[usize; 4]> = None;
        for (place, (one, before)) in self.pixels.iter().zip(&other.pixels).enumerate() {
            if one != before {
                let (x, y) = (place % self.width, place / self.width);
                let [left, top, right, bottom] = found.unwrap_or([x, y, x + 1, y + 1]);
                found = Some([left.min(x), top, right.max(x + 1), bottom.max(y + 1)]);
            }
        }
        found
    }

    fn cut(&self, [left, top, right, bottom]: [usize; 4]) -> Vec<u8> {
        (top..bottom)
            .flat_map(|y| &self.pixels[y * self.width + left..y * self.width + right])
            .flatten()
            .copied()
            .collect()
    }
}

fn animate(frames: &Path, out: &Path) -> Result<()> {
    let mut taken = Vec::new();
    for entry in fs::read_dir(frames)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if let Some(at) = name.strip_prefix("frame-") {
            taken.push((at.parse::<u64>()?, path));
        }
    }
    taken.sort();
    let (first, rest) = taken.split_first().context("no frame was taken")?;
    let mut shown = Picture::read(&first.1)?;
    let (width, height) = (u16::try_from(shown.width)?, u16::try_from(shown.height)?);
    let mut encoder = gif::Encoder::new(File::create(out)?, width, height, &[])?;
    encoder.set_repeat(gif::Repeat::Infinite)?;
    // A frame is written when it is known how long it is seen.
    let whole = [0, 0, shown.width, shown.height];
    let mut waiting = (first.0, whole, shown.cut(whole));
    for (at, path) in rest {
        let next = Picture::read(path)?;
        ensure!(
            (next.width, next.height) == (shown.width, shown.height),
            "the frames differ in size"
        );
        if let Some(change) = next.change(&shown) {
            let (since, place, pixels) =
                std::mem::replace(&mut waiting, (*at, change, next.cut(change)));
            write(&mut encoder, place, pixels, at - since)?;
            shown = next;
        }
    }
    let (_, place, pixels) = waiting;
    write(&mut encoder, place, pixels, LAST_MS)
}

fn write(
    encoder: &mut gif::Encoder<File>,
    place: [usize; 4],
    mut pixels: Vec<u8>,
    millis: u64,
) -> Result<()> {
    let [left, top, right, bottom] = place.map(u16::try_from);
    let (left, top, right, bottom) = (left?, top?, right?, bottom?);
    let mut frame = gif::Frame::from_rgba_speed(right - left, bottom - top, &mut pixels, 10);
    (frame.left, frame.top) = (left, top);
    // The format counts in hundredths of a second.
    frame.delay = u16::try_from(millis.div_ceil(10))?;
    frame.dispose = gif::DisposalMethod::Keep;
    Ok(encoder.write_frame(&frame)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(marked: &[usize]) -> Picture {
        let mut pixels = vec![[0, 0, 0, 255]; 12];
        for &place in marked {
            pixels[place] = [255; 4];
        }
        Picture {
            width: 4,
            height: 3,
            pixels,
        }
    }

    #[test]
    fn what_has_changed_is_the_least_rectangle_around_it() {
        assert_eq!(picture(&[5]).change(&picture(&[5])), None);
        assert_eq!(picture(&[5, 10]).change(&picture(&[])), Some([1, 1, 3, 3]));
        assert_eq!(picture(&[5]).cut([1, 1, 2, 2]), vec![255; 4]);
    }
}
