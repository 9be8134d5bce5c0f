//! Sizes as people read them.

/// A number of bytes in the largest unit of which there is at least one, with a digit
/// behind the point below ten: `512 B`, `4.2 MiB`, `12 GiB`. Cut, never rounded up.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let unit = count.ilog2() as usize / 10 - 1;
    let one = 1_u128 << (10 * (unit + 1));
    let tenths = u128::from(count) * 10 / one;
    match tenths {
        ..100 => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
        100.. => format!("{} {}", tenths / 10, UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every size has a unit in which it can be read, up to the largest.
    #[test]
    fn sizes() {
        for (count, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1023 KiB"),
            (1_048_576, "1.0 MiB"),
            (4_456_448, "4.2 MiB"),
            (10 * 1024 * 1024 * 1024, "10 GiB"),
            (u64::MAX, "15 EiB"),
        ] {
            assert_eq!(bytes(count), shown, "{count}");
        }
    }
}
