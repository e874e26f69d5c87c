/// The first count that satisfies a condition which stays true once it is; the last count where none does. By halving.
package func firstCount(in counts: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int {
  var (low, high) = (counts.lowerBound, counts.upperBound)
  while low < high {
    let middle = (low + high) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
