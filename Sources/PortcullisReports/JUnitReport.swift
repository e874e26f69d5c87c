import PortcullisCore
import PortcullisGate

/// JUnit XML: a suite for the decision and its rulings, then one for each evalset with a test case for each case and repeat of the
/// candidate. Streams: the cases are read twice, first to count.
package struct JUnitReport: Reporter {
  package init() {}

  package func write(_ input: ReportInput, to sink: inout some TextSink) throws {
    let policy = input.decision.junitCases()
    var policyCounts = JUnitCounts()
    for testCase in policy { policyCounts.add(testCase) }
    let suites = try countedSuites(input.cases)
    var total = policyCounts
    for suite in suites { total.add(suite.counts) }
    total.duration = input.run.duration

    try sink.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"portcullis\" \(total.attributes)>\n")
    try sink.write(suiteHead("policy", policyCounts, input.run))
    try sink.write(properties(input))
    for testCase in policy { try sink.write(testCase.xml) }
    try sink.write("  </testsuite>\n")
    try writeSuites(suites, input, to: &sink)
    try sink.write("</testsuites>\n")
  }

  private func writeSuites(_ suites: [Suite], _ input: ReportInput, to sink: inout some TextSink) throws {
    var place = -1
    try input.cases { result in
      if place < 0 || !sameBytes(suites[place].name, result.evalset) {
        if place >= 0 { try sink.write("  </testsuite>\n") }
        place += 1
        guard place < suites.count, sameBytes(suites[place].name, result.evalset) else { throw CasesChanged() }
        try sink.write(suiteHead(result.evalset, suites[place].counts, input.run))
      }
      for testCase in result.junitCases { try sink.write(testCase.xml) }
    }
    if place >= 0 { try sink.write("  </testsuite>\n") }
    guard place == suites.count - 1 else { throw CasesChanged() }
  }
}

/// The case source told something else the second time: no report is better than one whose counts lie.
struct CasesChanged: Error, CustomStringConvertible {
  var description: String { "the run's cases changed while the JUnit report was written" }
}

private struct Suite {
  let name: String
  var counts = JUnitCounts()
}

private func countedSuites(_ cases: CaseSource) throws -> [Suite] {
  var suites = [Suite]()
  try cases { result in
    if suites.last.map({ sameBytes($0.name, result.evalset) }) != true { suites.append(Suite(name: result.evalset)) }
    for testCase in result.junitCases { suites[suites.count - 1].counts.add(testCase) }
  }
  return suites
}

private func suiteHead(_ name: String, _ counts: JUnitCounts, _ run: RunSummary) -> String {
  let host = run.host.map { " hostname=\"\(attribute($0))\"" } ?? ""
  return "  <testsuite name=\"\(attribute(name))\" \(counts.attributes) timestamp=\"\(attribute(run.started))\"\(host)>\n"
}

private func properties(_ input: ReportInput) -> String {
  let context = input.decision.context
  var pairs = [
    ("run", context.run.text), ("stage", input.decision.stage), ("verdict", input.decision.verdict.rawValue),
    ("exit_code", String(input.decision.exitCode.rawValue)), ("seed", String(context.seed)), ("portcullis", context.portcullisVersion),
    ("policy_digest", context.policyDigest.description),
  ]
  if let revision = context.gitRevision { pairs.append(("git_revision", revision)) }
  for target in context.targets { pairs.append(("target.\(target.arm.rawValue)", "\(target.name) \(target.digest)")) }
  for evalset in context.evalsets { pairs.append(("evalset.\(evalset.name)", evalset.digest.description)) }
  for (index, note) in input.run.notes.enumerated() { pairs.append(("note.\(index + 1)", note)) }
  let lines = pairs.map { "      <property name=\"\(attribute($0.0))\" value=\"\(attribute($0.1))\"/>\n" }
  return "    <properties>\n\(lines.joined())    </properties>\n"
}

extension CaseResult {
  /// One for each repeat of the candidate; production's outcomes stand in the output, for they are not on trial. A case without any
  /// record of the candidate is an error, never absent.
  fileprivate var junitCases: [JUnitCase] {
    let className = (behaviour.map { [evalset, $0] } ?? [evalset]).map(withoutDots).joined(separator: ".")
    let output = trials.filter { $0.arm != .candidate }.map(\.line).joined(separator: "\n")
    let candidates = trials.filter { $0.arm == .candidate }
    guard !candidates.isEmpty else {
      let result: JUnitCase.Result =
        isQuarantined ? .skipped(message: "in quarantine") : .error(type: "missing", message: "no answer is recorded", text: "")
      return [JUnitCase(className: className, name: testName(id, repeatIndex: 0), result: result, output: output)]
    }
    return candidates.map { trial in
      JUnitCase(
        className: className, name: testName(id, repeatIndex: trial.repeatIndex), duration: trial.duration ?? .zero,
        result: isQuarantined ? .skipped(message: "in quarantine; \(trial.line)") : trial.junitResult, output: output)
    }
  }
}

extension CaseResult.Trial {
  fileprivate var junitResult: JUnitCase.Result {
    let text = reasons.joined(separator: "\n")
    switch outcome {
    case .pass: return .passed
    case .fail(let reason): return .failure(type: "fail", message: reason, text: text)
    case .unscored(let reason): return .error(type: "unscored", message: reason, text: text)
    }
  }

  fileprivate var line: String {
    let head = "\(arm.rawValue)\(repeatIndex == 0 ? "" : " #\(repeatIndex + 1)"): "
    switch outcome {
    case .pass: return head + "pass"
    case .fail(let reason): return head + "fail: " + reason
    case .unscored(let reason): return head + "unscored: " + reason
    }
  }
}

/// `refund`, then `refund#2`. An id that itself ends like that always gets its number, so that no two names meet.
private func testName(_ id: CaseID, repeatIndex: Int) -> String {
  let digits = id.text.utf8.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
  let looksNumbered = digits > 0 && id.text.utf8.dropLast(digits).last == UInt8(ascii: "#")
  return repeatIndex == 0 && !looksNumbered ? id.text : "\(id.text)#\(repeatIndex + 1)"
}

/// Dots in a class name make packages in Jenkins; ours separates evalset and behaviour only.
private func withoutDots(_ text: String) -> String { String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "." ? "_" : $0 })) }
