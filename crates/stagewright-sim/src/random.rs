//! Random numbers from a seed: one stream for each concern, so that a further draw
//! in one does not change what the others draw.

/// A stream of random numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of one concern.
    pub fn stream(seed: u64, concern: &str) -> Self {
        let state = concern.bytes().fold(seed, |state, byte| {
            mix(state ^ u64::from(byte)).wrapping_add(0x9E37_79B9_7F4A_7C15)
        });
        Self { state }
    }

    /// The stream of one thing within a concern, such as one try of one agent.
    pub fn of(seed: u64, concern: &str, parts: &[u64]) -> Self {
        let mut stream = Self::stream(seed, concern);
        for part in parts {
            stream.state = mix(stream.state ^ mix(*part));
        }
        stream
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number below `end`; zero when `end` is zero.
    pub fn below(&mut self, end: u64) -> u64 {
        match end {
            0 => 0,
            _ => self.draw() % end,
        }
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several, at random.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        assert!(!of.is_empty(), "there is something to pick from");
        let index = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of[index]
    }
}

fn mix(seed: u64) -> u64 {
    let mut z = seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
