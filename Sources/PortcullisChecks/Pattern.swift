import CPCRE2

/// Why a text is no regular expression, and where.
struct PatternProblem: Error, Hashable {
  /// PCRE2's words.
  let message: String
  /// In characters, from 1.
  let column: Int
}

/// A compiled regular expression (PCRE2, UTF-8, Unicode properties). Searches are bounded: no pattern can hang a run.
final class Pattern: Sendable {
  enum Search: Equatable {
    /// Byte ranges; `group` is capture group 1, nil where it took no part.
    case match(Range<Int>, group: Range<Int>?)
    case noMatch
    /// The bound was reached: nobody knows whether it matches.
    case cutOff
  }

  /// Steps a search may take: about 40 ms on a machine of 2024.
  static let budget: UInt64 = 2_000_000
  /// Longer patterns are refused.
  static let limit = 4096

  let text: String
  let groups: Int
  // The address of the compiled code, which PCRE2 promises never to write after compiling (pcre2api, "multithreading").
  private let address: UInt

  init(_ text: String) throws(PatternProblem) {
    var problem: Int32 = 0, offset = 0, groups: UInt32 = 0
    var source = text
    let code = source.withUTF8 { pc_pattern_compile($0.baseAddress, $0.count, &problem, &offset, &groups) }
    guard let code else {
      var words = [CChar](repeating: 0, count: 256)
      pc_problem_text(problem, &words, words.count)
      let before = text.utf8.prefix(offset).filter { $0 & 0xC0 != 0x80 }.count
      throw PatternProblem(
        message: String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self), column: before + 1)
    }
    self.text = text
    self.groups = Int(groups)
    address = UInt(bitPattern: code)
  }

  deinit { pc_pattern_free(UnsafeMutableRawPointer(bitPattern: address)) }

  /// The first match, or the last one.
  func search(_ subject: String, last: Bool = false) -> Search {
    var subject = subject
    var span = (0, 0, 0, 0)
    let result = subject.withUTF8 { bytes in
      withUnsafeMutableBytes(of: &span) {
        pc_pattern_search(
          UnsafeRawPointer(bitPattern: address), bytes.baseAddress, bytes.count, last ? 1 : 0, Pattern.budget,
          $0.assumingMemoryBound(to: Int.self).baseAddress!)
      }
    }
    switch result {
    case PC_MATCH: return .match(span.0..<span.1, group: span.2 < 0 ? nil : span.2..<span.3)
    case PC_NO_MATCH: return .noMatch
    // PC_BROKEN is out of memory or an error of PCRE2 itself: as little is known as after a cut.
    default: return .cutOff
    }
  }
}

/// Patterns already compiled, so that a million cases with the same checks compile them once. Forgets all beyond a bound.
package struct PatternCache {
  private var patterns: [[UInt8]: Pattern] = [:]
  private static let bound = 10_000

  package init() {}

  mutating func pattern(_ text: String) throws(PatternProblem) -> Pattern {
    // By bytes: as String keys, two spellings of one character would be one pattern.
    let key = Array(text.utf8)
    if let known = patterns[key] { return known }
    let pattern = try Pattern(text)
    if patterns.count >= Self.bound { patterns.removeAll() }
    patterns[key] = pattern
    return pattern
  }
}
