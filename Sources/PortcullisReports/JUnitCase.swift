import PortcullisCore
import PortcullisGate

/// One `<testcase>` of the dialect that GitLab, Jenkins and GitHub's actions all read (gate-contracts.md §2.7).
struct JUnitCase: Hashable {
  enum Result: Hashable {
    case passed
    /// The quality is bad.
    case failure(type: String, message: String, text: String)
    /// It could not be judged, or the gate stays shut for another reason.
    case error(type: String, message: String, text: String)
    /// In quarantine; nothing else, since CI shows it green.
    case skipped(message: String)
  }

  var className: String
  var name: String
  var duration: Duration = .zero
  var result: Result
  /// For `<system-out>`; empty leaves it away.
  var output = ""

  /// Ends with a line break.
  var xml: String {
    let head = "    <testcase classname=\"\(attribute(className))\" name=\"\(attribute(name))\" time=\"\(seconds(duration))\""
    var body = ""
    switch result {
    case .passed: break
    case .failure(let type, let message, let text): body += element("failure", type: type, message: message, text: text)
    case .error(let type, let message, let text): body += element("error", type: type, message: message, text: text)
    case .skipped(let message): body += "      <skipped message=\"\(attribute(message))\"/>\n"
    }
    if !output.isEmpty { body += "      <system-out>\(xmlText(output, limit: 1000))</system-out>\n" }
    return body.isEmpty ? head + "/>\n" : head + ">\n\(body)    </testcase>\n"
  }

  private func element(_ name: String, type: String, message: String, text: String) -> String {
    "      <\(name) type=\"\(attribute(type))\" message=\"\(attribute(message))\">\(xmlText(text, limit: 4000))</\(name)>\n"
  }
}

/// Counts and time of test cases, as suites state them before they list them.
struct JUnitCounts: Hashable {
  var tests = 0
  var failures = 0
  var errors = 0
  var skipped = 0
  var duration: Duration = .zero

  mutating func add(_ testCase: JUnitCase) {
    tests += 1
    duration += testCase.duration
    switch testCase.result {
    case .passed: break
    case .failure: failures += 1
    case .error: errors += 1
    case .skipped: skipped += 1
    }
  }

  mutating func add(_ other: JUnitCounts) {
    tests += other.tests
    failures += other.failures
    errors += other.errors
    skipped += other.skipped
    duration += other.duration
  }

  var attributes: String {
    "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" time=\"\(seconds(duration))\""
  }
}

/// `text` as a value between double quotes, at most 300 characters: CI shows it as a headline.
func attribute(_ text: String) -> String { xmlText(text, isAttribute: true, limit: 300) }

private func seconds(_ duration: Duration) -> String { fixed(Double(duration.microseconds) / 1_000_000, 3) }
