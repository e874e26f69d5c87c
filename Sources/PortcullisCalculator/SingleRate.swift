package import PortcullisCore
package import PortcullisStatistics

/// One rate as `portcullis stats 47/50 --min 0.9` answers it.
package struct SingleRate: Sendable {
  package let passed: Int
  package let count: Int
  package let alpha: Double
  /// For reports: both ends together err with 2α.
  package let wilson: Interval
  /// One-sided exact limits, α at each.
  package let lower: Double
  package let upper: Double

  /// - Parameters:
  ///   - passed: 0…count.
  ///   - count: 1…10⁹.
  ///   - alpha: One-sided error rate, 1e-12…0.5.
  package init?(passed: Int, of count: Int, alpha: Double) {
    guard (1...Shape.mostTrials).contains(count), (0...count).contains(passed), (1e-12...0.5).contains(alpha),
      let wilson = wilsonInterval(passed: passed, of: count, z: oneSidedQuantile(alpha: alpha))
    else { return nil }
    self.passed = passed
    self.count = count
    self.alpha = alpha
    self.wilson = wilson
    lower = clopperPearsonLower(passed: passed, of: count, alpha: alpha)
    upper = clopperPearsonUpper(passed: passed, of: count, alpha: alpha)
  }

  /// Reads `47/50`.
  package init(parsing text: String, alpha: Double) throws(InputProblem) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let passed = Self.count(parts[0]), let count = Self.count(parts[1]) else {
      throw InputProblem("\(quoted(text)) is no rate; write passes and trials as whole numbers, as in '47/50'")
    }
    guard count > 0 else { throw InputProblem("\(quoted(text)) has no trial; a rate needs at least one") }
    guard passed <= count else { throw InputProblem("\(quoted(text)) has more passes than trials; write passes first, as in '47/50'") }
    guard let rate = SingleRate(passed: passed, of: count, alpha: alpha) else {
      throw InputProblem("\(quoted(text)) has more than \(Shape.mostTrials) trials, the most this counts")
    }
    self = rate
  }

  private static func count(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { $0 &- 0x30 < 10 } ? Int(text) ?? (text.isEmpty ? nil : Int.max) : nil
  }

  package var estimate: Double { Double(passed) / Double(count) }

  /// Whether the true rate is at least `min`.
  package func verdict(min: Double) -> ThreeWay { lower >= min ? .pass : upper < min ? .fail : .inconclusive }

  /// How many trials at the rate seen would leave the open question of `min` settled; nil where no number below 10⁹ would.
  package func trialsToSettle(min: Double) -> Int? {
    func settles(_ trials: Int) -> Bool {
      let passes = Int((estimate * Double(trials)).rounded())
      guard let other = SingleRate(passed: passes, of: trials, alpha: alpha) else { return false }
      return other.verdict(min: min) != .inconclusive
    }
    var (low, high) = (count, count)
    while !settles(high) {
      guard high <= Shape.mostTrials / 2 else { return nil }
      (low, high) = (high, high * 2)
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if settles(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// One sentence: the verdict on `min` and what it rests on, or the interval alone.
  package func sentence(min: Double?) -> String {
    let seen = "\(passed) of \(count) is \(percent(estimate))"
    let interval = "Wilson interval \(percent(wilson.lower)) to \(percent(wilson.upper)), \(percent(1 - 2 * alpha)) confidence"
    guard let min else {
      return "\(seen); \(interval); a true rate below \(percent(lower)) or above \(percent(upper)) is excluded at \(percent(alpha)) each."
    }
    switch verdict(min: min) {
    case .pass:
      return
        "Pass: \(seen), and a true rate below \(percent(lower)) is excluded at \(percent(alpha)), which reaches \(percent(min)); \(interval)."
    case .fail:
      return
        "Fail: \(seen), and a true rate above \(percent(upper)) is excluded at \(percent(alpha)), which is below \(percent(min)); \(interval)."
    case .inconclusive:
      let next =
        trialsToSettle(min: min).map { "about \($0) trials at this rate would settle it" }
        ?? "no number of trials at this rate would settle it"
      let open =
        estimate >= min
        ? "a true rate as low as \(percent(lower)) cannot be excluded at \(percent(alpha))"
        : "a true rate as high as \(percent(upper)) cannot be excluded at \(percent(alpha))"
      return "Undecided: \(seen), and \(open), with \(percent(min)) demanded; \(interval); \(next)."
    }
  }

  /// The same facts for programs.
  package func json(min: Double?) -> JSON {
    var members: [(String, JSON)] = [
      ("schema", .string("portcullis.stats/1")), ("passed", .int(passed)), ("count", .int(count)), ("alpha", .double(alpha)),
      ("estimate", .double(estimate)), ("lower", .double(lower)), ("upper", .double(upper)),
      ("wilson", .object([("lower", .double(wilson.lower)), ("upper", .double(wilson.upper))])),
    ]
    if let min {
      let verdict = verdict(min: min)
      members.append(("min", .double(min)))
      members.append(("verdict", .string(verdict.lowercaseWord)))
      if verdict == .inconclusive { members.append(("trials_to_settle", .count(trialsToSettle(min: min)))) }
    }
    members.append(("sentence", .string(sentence(min: min))))
    return .object(members)
  }
}

extension ThreeWay {
  /// The word of reports and commands.
  package var lowercaseWord: String {
    switch self {
    case .pass: "pass"
    case .inconclusive: "inconclusive"
    case .fail: "fail"
    }
  }
}

/// `94 %`, `85.2 %`, and as many decimals as tell a rate apart from 0 and 100 %.
private func percent(_ share: Double) -> String {
  let value = share * 100
  for decimals in 1...9 {
    let text = fixed(value, decimals)
    let isAnEnd = text.allSatisfy { $0 == "0" || $0 == "." } || text.hasPrefix("100")
    if !isAnEnd || share == 0 || share == 1 || decimals == 9 {
      var short = text
      while short.hasSuffix("0") { short.removeLast() }
      return (short.hasSuffix(".") ? String(short.dropLast()) : short) + " %"
    }
  }
  return "\(value) %"
}
