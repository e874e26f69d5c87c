import PortcullisChecks
import PortcullisCore
import PortcullisFormats
import PortcullisModels
import PortcullisRunner
import PortcullisServer

/// Finds the recording that answers a request: by the request's digest, else by the case whose messages end the conversation asked.
struct ReplayLookup: Sendable {
  private let recordings: ServedRecordings
  private let hasRequests: Bool
  /// By the digest of a case's own messages, those of one length together; targets put their prompt before them.
  private let cases: [Digest: CaseID]
  private let lengths: [Int]

  /// - Parameter evalsets: Their cases are rendered once; a million of them take some hundred megabytes here.
  init(table: RecordingTable, evalsets: [LoadedEvalset]) throws {
    recordings = ServedRecordings(table)
    hasRequests = table.hasRequests
    var cases: [Digest: CaseID] = [:]
    var lengths: Set<Int> = []
    let prompting = try Prompting(nil)
    let templates = TemplateCache()
    for evalset in evalsets {
      let stream = evalset.makeStream()
      while let testCase = try stream.next() {
        let messages = try prompting.messages(for: testCase, templates: templates).filter { $0.role != .system }
        cases[digest(messages[...])] = testCase.id
        lengths.insert(messages.count)
      }
    }
    self.cases = cases
    self.lengths = lengths.sorted(by: >)
  }

  func callAsFunction(_ query: ReplayServer.Query) -> Recording.Content? {
    var keys: [Recording.Key] = hasRequests ? [.request(RecordingTable.digest(ofRequest: query.body))] : []
    let asked = query.messages.filter { $0.role != .system }
    for length in lengths where length <= asked.count {
      if let id = cases[digest(asked.suffix(length))] {
        keys.append(.caseID(id))
        break
      }
    }
    return recordings.next(for: keys, model: query.model)
  }
}

private func digest(_ messages: ArraySlice<Message>) -> Digest {
  var bytes: [UInt8] = []
  for message in messages { bytes += Array(message.role.rawValue.utf8) + [0] + Array(message.wholeText.utf8) + [0] }
  return Digest(of: bytes)
}
