import PortcullisStatistics
import Testing

struct WindowSizeTests {
  // max(4, round(1/min(share, 1 − share))), half up, by hand; the last rows are bounded only so that the number is whole.
  @Test(arguments: [
    (share: 0.5, size: 4), (share: 0.25, size: 4), (share: 0.22, size: 5), (share: 0.15, size: 7), (share: 0.1, size: 10),
    (share: 0.9, size: 10), (share: 0.08, size: 13), (share: 0.05, size: 20), (share: 0.01, size: 100), (share: 0.99, size: 100),
    (share: 1e-300, size: 1 << 53), (share: Double.leastNonzeroMagnitude, size: 1 << 53),
  ])
  func knownSizes(_ row: (share: Double, size: Int)) {
    #expect(windowSize(share: row.share) == row.size)
  }
}
