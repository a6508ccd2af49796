//! Radial parts: buses that hang on the meshed network by a single connection.
//!
//! What a radial part injects leaves over that connection whichever of its buses it comes from, so every flow
//! outside the part sees its buses alike: their transfer factors are those of the bus where the part begins.
//! Only flows within the part tell its buses apart.

/// The way from each bus of a radial part to the meshed network.
#[derive(Clone, Debug, Default)]
pub(in crate::dispatch) struct Radial {
    /// By bus: the next bus on the way, itself in the meshed network (and at one bus of a network without any).
    towards: Vec<u32>,
    /// By branch: the bus whose way leads over it.
    beyond: Vec<Option<u32>>,
}

impl Radial {
    /// Takes buses with one neighbour off, again and again. Branches count whether in service or not; parallel ones are
    /// one connection. Cost: `O(branches log branches)`.
    pub(super) fn of(bus_count: usize, ends: &[(u32, u32)]) -> Radial {
        let mut neighbours: Vec<Vec<u32>> = vec![Vec::new(); bus_count];
        for &(from, to) in ends {
            neighbours[from as usize].push(to);
            neighbours[to as usize].push(from);
        }
        let mut left: Vec<usize> = Vec::with_capacity(bus_count);
        for list in &mut neighbours {
            list.sort_unstable();
            list.dedup();
            left.push(list.len());
        }
        let mut towards: Vec<u32> = (0..bus_count as u32).collect();
        let mut ready: Vec<u32> = towards.iter().copied().filter(|&bus| left[bus as usize] == 1).collect();
        while let Some(bus) = ready.pop() {
            // The last bus of a network without loops has no neighbour left.
            let next = neighbours[bus as usize].iter().find(|&&next| left[next as usize] > 0);
            let (Some(&next), 1) = (next, left[bus as usize]) else { continue };
            towards[bus as usize] = next;
            left[bus as usize] = 0;
            left[next as usize] -= 1;
            if left[next as usize] == 1 {
                ready.push(next);
            }
        }
        let beyond = ends.iter().map(|&(from, to)| match (towards[from as usize], towards[to as usize]) {
            (next, _) if next == to => Some(from),
            (_, next) if next == from => Some(to),
            _ => None,
        });
        let beyond = beyond.collect();
        Radial { towards, beyond }
    }

    /// The bus whose way to the meshed network leads over a branch.
    pub(in crate::dispatch) fn beyond(&self, branch: u32) -> Option<u32> {
        self.beyond[branch as usize]
    }

    /// By bus: how far its way leads without crossing into another island or leaving a bus where it is `cut`.
    pub(in crate::dispatch) fn roots(&self, cut: &[bool], island: &[u32]) -> Vec<u32> {
        let step = |bus: u32| {
            let next = self.towards[bus as usize];
            let ends = cut[bus as usize] || island[bus as usize] != island[next as usize];
            if ends { bus } else { next }
        };
        (0..self.towards.len() as u32)
            .map(|mut bus| {
                while step(bus) != bus {
                    bus = step(bus);
                }
                bus
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A triangle 0 1 2 with the feeder 2 - 3 - 4, the stub 3 - 5 (two branches), and the pair 6 - 7 apart.
    const ENDS: [(u32, u32); 8] = [(0, 1), (1, 2), (2, 0), (3, 2), (3, 4), (5, 3), (3, 5), (7, 6)];

    #[test]
    fn feeders_lead_to_the_meshed_network() {
        let radial = Radial::of(8, &ENDS);
        let island = [0, 0, 0, 0, 0, 0, 1, 1];
        assert_eq!(radial.roots(&[false; 8], &island)[..6], [0, 1, 2, 2, 2, 2]);
        let pair = &radial.roots(&[false; 8], &island)[6..];
        assert!(pair == [6, 6] || pair == [7, 7]);
        let beyond: Vec<Option<u32>> = (0..7).map(|branch| radial.beyond(branch)).collect();
        assert_eq!(beyond, [None, None, None, Some(3), Some(4), Some(5), Some(5)]);
    }

    #[test]
    fn a_way_ends_where_it_is_cut_or_leaves_the_island() {
        let radial = Radial::of(8, &ENDS);
        let mut cut = [false; 8];
        cut[3] = true;
        assert_eq!(radial.roots(&cut, &[0; 8])[..6], [0, 1, 2, 3, 3, 3]);
        assert_eq!(radial.roots(&[false; 8], &[0, 0, 0, 0, 1, 0, 2, 2])[..6], [0, 1, 2, 2, 4, 2]);
    }
}
