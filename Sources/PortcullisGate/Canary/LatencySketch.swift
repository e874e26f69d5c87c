import PortcullisCore

/// Latencies in bounded memory: counts in steps of about 3 %, from 1 µs to 20 minutes.
struct LatencySketch: Sendable, Hashable {
  /// Steps that hold something, and how much.
  private var counts: [Int: Int] = [:]
  private(set) var count = 0

  private static let stepsInOctave = 32

  init() {}

  mutating func add(_ latency: Duration) {
    counts[Self.step(of: latency.microseconds), default: 0] += 1
    count += 1
  }

  /// The nearest-rank quantile, rounded up to the end of its step; nil without any.
  func quantile(_ share: Double) -> Duration? {
    guard count > 0 else { return nil }
    let rank = max(1, min(count, Int((share * Double(count)).rounded(.up))))
    var seen = 0
    for step in counts.keys.sorted() {
      seen += counts[step] ?? 0
      if seen >= rank { return .microseconds(Int64(Self.end(of: step))) }
    }
    return nil
  }

  /// The place of a time on a scale of powers of two, each cut into equal steps.
  private static func step(of microseconds: Int) -> Int {
    let time = max(1, min(microseconds, 1_200_000_000))
    let octave = Int.bitWidth - 1 - time.leadingZeroBitCount
    let within = ((time - 1 << octave) * stepsInOctave) >> octave
    return octave * stepsInOctave + within
  }

  private static func end(of step: Int) -> Int {
    let (octave, within) = step.quotientAndRemainder(dividingBy: stepsInOctave)
    return 1 << octave + ((within + 1) << octave) / stepsInOctave
  }

  /// Step and count, by step.
  var stored: [Double] { counts.keys.sorted().flatMap { [Double($0), Double(counts[$0] ?? 0)] } }

  init?(stored: [Double]) {
    guard stored.count.isMultiple(of: 2), stored.count <= 2 * 31 * Self.stepsInOctave else { return nil }
    for place in stride(from: 0, to: stored.count, by: 2) {
      guard let step = Int(exactly: stored[place]), let held = Int(exactly: stored[place + 1]),
        (0..<31 * Self.stepsInOctave).contains(step),
        held > 0, counts.updateValue(held, forKey: step) == nil
      else { return nil }
      count += held
    }
  }
}
