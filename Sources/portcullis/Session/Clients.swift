import Foundation
import Glibc
import PortcullisCore
import PortcullisFormats
import PortcullisModels

/// Makes the clients of a run's targets; all HTTP ones share one transport.
struct Clients {
  private let files: ProjectFiles
  private let environment: [String: String]
  private let http: HTTPClient

  init(files: ProjectFiles, concurrency: Int, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    self.files = files
    self.environment = environment
    var limit = rlimit()
    // 64 for the store, reports and the system itself, which crashes without any.
    if getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0, Int(clamping: limit.rlim_cur) < concurrency + 64 {
      throw CommandFailure(
        "\(limit.rlim_cur) open files are allowed, \(concurrency) calls at once and the store need \(concurrency + 64)",
        help: "lower '--concurrency', or raise the limit with 'ulimit -n'", code: .badInput)
    }
    do throws(TransportFailure) {
      http = try HTTPClient(HTTPClient.Options(maxConnections: max(16, concurrency), environment: NetworkEnvironment(environment)))
    } catch {
      throw CommandFailure("the HTTP transport cannot start: \(error)", code: .internalError)
    }
  }

  func close() { http.close() }

  /// - Throws: `Problems` or a `Diagnostic`: an unset key, an unreadable file of answers.
  func client(for target: Target) throws -> any ModelClient {
    switch ProviderName(rawValue: target.provider) {
    case .scripted: return try modelClient(for: target, from: .rules(rules(of: target)), key: nil)
    case .replay:
      guard let source = target.source else { throw missingSource(target) }
      let loaded = try loadRecordings(at: [source.file], project: files)
      return try modelClient(for: target, from: .recordings(RecordingTable(loaded.recordings)), key: nil)
    case .openai, nil: return try modelClient(for: target, from: .http(http), key: key(of: target))
    }
  }

  private func key(of target: Target) throws -> Secret? {
    guard let name = target.apiKeyVariable else { return nil }
    guard let value = environment[name], !value.isEmpty else {
      throw Diagnostic(.error, "the environment variable '\(name)' of target '\(target.name)' is not set", help: "export \(name)=…")
    }
    return Secret(value)
  }

  private func rules(of target: Target) throws -> [ScriptedRule] {
    guard let source = target.source else { throw missingSource(target) }
    let bytes = try files.file(given: source.file, limit: 64 << 20).readAll()
    var rules: [ScriptedRule] = []
    var problems: [Diagnostic] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
      let place = Place(file: source.file, line: index + 1)
      do { rules.append(try ScriptedRule(json: try JSON(parsing: Array(line)))) } catch let error as JSONError {
        problems.append(Diagnostic(.error, error.message, at: Place(file: source.file, line: index + 1, column: error.offset + 1)))
      } catch let error as Diagnostic { problems.append(error.at(place)) }
    }
    if !problems.isEmpty { throw Problems(problems) }
    return rules
  }

  private func missingSource(_ target: Target) -> Diagnostic {
    Diagnostic(
      .error, "target '\(target.name)' of provider '\(target.provider)' names no file of answers", help: "write 'file: FILE.jsonl'")
  }
}
