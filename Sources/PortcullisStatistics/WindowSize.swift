/// How many consecutive requests, of both arms together, make one window of a canary.
///
/// Just enough to expect a request of the smaller arm in each, and at least 4: max(4, round(1/min(share, 1 − share))).
///
/// - Parameter share: The candidate's share of all requests; strictly inside 0...1.
///
/// Source: reference/statistics.md §9, `window_size`.
package func windowSize(share: Double) -> Int {
  requireShare(share)
  // Beyond 2⁵³ no window would ever fill; the bound keeps the number whole.
  return Int(max(4, min(0x1p53, (1 / min(share, 1 - share) + 0.5).rounded(.down))))
}

func requireShare(_ share: Double) {
  precondition(share > 0 && share < 1, "a share lies strictly inside 0...1")
}
