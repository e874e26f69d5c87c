package import PortcullisCore
package import PortcullisGate

/// What reading the files of shadow pairs found beside the pairs.
package struct ShadowFiles: Sendable {
  /// Over the files' contents, in the order given.
  package fileprivate(set) var digest: Digest
  package fileprivate(set) var pairs = 0
  /// Lines that are no pair.
  package fileprivate(set) var damaged = 0
  /// Lines whose id an earlier line has.
  package fileprivate(set) var duplicates = 0
  /// Fields that pairs do not have, with how often they were met.
  package fileprivate(set) var ignored: [(field: String, count: Int)] = []
  /// What is wrong with the lines that were lost: the first, and how many more.
  package fileprivate(set) var problems: [Diagnostic] = []
}

/// Reads shadow pairs, formats.md §8, line by line: no file is held in memory.
///
/// A line that is damaged, or whose id was read before, is lost: it was a request, and nobody knows how it went. Memory: 16 bytes a pair.
///
/// - Parameters:
///   - paths: As given on the command line; anywhere.
///   - lost: Called once for each lost line.
/// - Throws: `Problems` where a file cannot be read, or no line of all is a pair.
package func readShadowPairs(
  _ paths: [String], each: (ShadowPair) throws -> Void, lost: () -> Void
) throws -> ShadowFiles {
  let files = try opened(paths)
  var reader = ShadowReader()
  var digests = DigestStream()
  for file in files {
    let before = reader.files.pairs + reader.files.damaged + reader.files.duplicates
    digests.add(try reader.read(file, each: each, lost: lost).bytes)
    guard reader.files.pairs + reader.files.damaged + reader.files.duplicates > before else {
      throw Problems([Diagnostic(.error, "the file holds no pair", at: Place(file: file.shown))])
    }
  }
  guard reader.files.pairs > 0 else {
    throw Problems(reader.list.warnings.map { Diagnostic(.error, $0.message, at: $0.place, help: $0.help) })
  }
  var found = reader.files
  found.digest = digests.finish()
  found.problems = reader.list.warnings
  found.ignored = reader.ignored.sorted { precedes($0.key, $1.key) }.map { (field: $0.key, count: $0.value) }
  return found
}

/// All files, each once; throws what is wrong with any of them.
private func opened(_ paths: [String]) throws -> [RegularFile] {
  let list = ProblemList()
  var files: [RegularFile] = []
  for path in paths {
    do throws(Diagnostic) {
      let file = try RegularFile(path: path, shown: path, limit: 1 << 40)
      if let twin = files.first(where: { $0.isSameFile(as: file) }) {
        list.add(Diagnostic(.error, "this is the same file as '\(twin.shown)'", at: Place(file: path), help: "give each file once"))
      }
      files.append(file)
    } catch { list.add(error) }
  }
  try list.check()
  return files
}

private struct ShadowReader {
  var files = ShadowFiles(digest: Digest(of: ""))
  let list = ProblemList()
  var ignored: [String: Int] = [:]
  /// Of the ids, seeded anew in each process: two with the same 64 bits are taken for one, which only loses a pair.
  private var ids: Set<Int> = []
  /// More names than this are not remembered.
  private static let mostNames = 100

  mutating func read(_ file: RegularFile, each: (ShadowPair) throws -> Void, lost: () -> Void) throws -> Digest {
    let source = ByteSource(file)
    let lines = LineReader(source)
    do {
      while let (bytes, number) = try lines.next() {
        guard let line = line(bytes, number, file) else {
          lost()
          continue
        }
        var hasher = Hasher()
        hasher.combine(line.pair.id)
        guard ids.insert(hasher.finalize()).inserted else {
          files.duplicates += 1
          lose(
            "the id '\(line.pair.id)' was read before; the pair counts as missing", number, file, "duplicate",
            help: "give each request an id of its own")
          lost()
          continue
        }
        for name in line.ignored { ignore(name) }
        files.pairs += 1
        try each(line.pair)
      }
    } catch let diagnostic as Diagnostic { throw Problems([diagnostic]) }
    return source.finish()
  }

  private mutating func line(_ bytes: [UInt8], _ number: Int, _ file: RegularFile) -> ShadowLine? {
    do throws(JSONError) {
      let json = try JSON(parsing: bytes)
      do throws(ShadowLineProblem) { return try ShadowLine(json) } catch {
        files.damaged += 1
        lose("\(error.message); the pair counts as missing", number, file, "damaged \(error.message.prefix(40))", help: error.help)
      }
    } catch {
      files.damaged += 1
      lose("not JSON: \(error.message); the pair counts as missing", number, file, "not JSON", column: error.offset + 1)
    }
    return nil
  }

  private func lose(_ message: String, _ line: Int, _ file: RegularFile, _ key: String, column: Int? = nil, help: String? = nil) {
    list.add(
      Diagnostic(.warning, message, at: Place(file: file.shown, line: line, column: column), help: help), onceFor: file.shown + "\0" + key)
  }

  private mutating func ignore(_ name: String) {
    if ignored[name] != nil || ignored.count < ShadowReader.mostNames { ignored[name, default: 0] += 1 }
  }
}
