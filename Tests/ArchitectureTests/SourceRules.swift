import Foundation

/// One broken rule of the architecture: where, what, and what to do.
struct Violation: CustomStringConvertible {
  let file: String
  let line: Int
  let message: String

  var description: String { "\(file):\(line): \(message)" }
}

/// Holds one source file of a room against the table.
///
/// - Parameter file: Relative to `Sources/`, as in `PortcullisGate/Tally.swift`.
func violations(in text: String, file: String) -> [Violation] {
  guard let room = file.split(separator: "/").first.map(String.init), let allowed = importTable[room] else {
    return [
      Violation(file: file, line: 1, message: "this room is not in the import table; add it to ImportTable.swift with what it may import")
    ]
  }
  var found: [Violation] = []
  let isPure = pureRooms.contains(room)
  let suspects = impureWords.filter { text.range(of: $0.pattern, options: .regularExpression) != nil }
  for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if let module = importedModule(String(line)) {
      let isAllowed = allowed.contains(module) || module == "Swift" || (!isPure && platform.contains(module))
      if !isAllowed {
        let remedy =
          isPure && platform.contains(module)
          ? "keep \(room) pure: pass the value in" : "move the code to a room that may, or change DESIGN §3 and ImportTable.swift"
        found.append(Violation(file: file, line: index + 1, message: "\(room) may not import \(module); \(remedy)"))
      }
    }
    guard isPure, !suspects.isEmpty else { continue }
    let code = codeOnly(String(line))
    for (pattern, remedy) in suspects where code.range(of: pattern, options: .regularExpression) != nil {
      if asyncSeams.contains(file), pattern.contains("async") { continue }
      found.append(Violation(file: file, line: index + 1, message: "'\(code.trimmingCharacters(in: .whitespaces))' is not pure; \(remedy)"))
    }
  }
  return found
}

/// The module of an import line, whatever its access and attributes; nil for other lines.
private func importedModule(_ line: String) -> String? {
  let pattern =
    #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|public|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|func|protocol|typealias|var|let)\s+)?(\w+)"#
  guard let match = line.firstMatch(of: try! Regex(pattern)) else { return nil }  // the pattern is ours
  return match.output[1].substring.map(String.init)
}

/// A line without its text literals and comment, so that words in prose break no rule.
private func codeOnly(_ line: String) -> String {
  var code = line.replacingOccurrences(of: #""(\\.|[^"\\])*""#, with: "\"\"", options: .regularExpression)
  if let comment = code.range(of: "//") { code = String(code[..<comment.lowerBound]) }
  return code
}
