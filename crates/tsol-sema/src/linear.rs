//! C3 linearisation of bases.

/// Merges the linearisations of the direct bases, each most derived first.
///
/// `bases` are in order of writing ("most base-like" first) with their own linearisations; the result starts with
/// `own`. `None` if no order keeps every base in front of its own bases.
pub(crate) fn linearize(own: usize, bases: &[Vec<usize>]) -> Option<Vec<usize>> {
    // Solidity reads the list from right to left: the rightmost base is the most derived one.
    let mut lists: Vec<Vec<usize>> = bases.iter().rev().cloned().collect();
    lists.push(bases.iter().rev().filter_map(|list| list.first().copied()).collect());
    let mut order = vec![own];
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(order);
        }
        let next = lists
            .iter()
            .map(|list| list[0])
            .find(|head| lists.iter().all(|list| !list[1..].contains(head)))?;
        order.push(next);
        for list in &mut lists {
            if list[0] == next {
                list.remove(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::linearize;

    #[test]
    fn diamond_has_each_base_once() {
        // A = 0, B is A = 1, C is A = 2, D is B, C = 3
        let order = linearize(3, &[vec![1, 0], vec![2, 0]]);
        assert_eq!(order, Some(vec![3, 2, 1, 0]));
    }

    #[test]
    fn contradictory_orders_are_refused() {
        // X = 0, A is X = 1; C is A, X: the right base is more derived than its own derived one
        assert_eq!(linearize(2, &[vec![1, 0], vec![0]]), None);
        assert_eq!(linearize(2, &[vec![0], vec![1, 0]]), Some(vec![2, 1, 0]));
    }
}
