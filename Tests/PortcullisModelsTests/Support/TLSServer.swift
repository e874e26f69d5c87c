import Foundation
import Glibc

/// One TLS connection, carried by `openssl s_server`: the script speaks in clear on the inside, the client TLS on the outside.
final class TLSServer: Sendable {
  static let isAvailable = access("/usr/bin/openssl", X_OK) == 0

  let outside: LoopbackServer
  let inside: LoopbackServer
  /// The PEM file to trust.
  let certificate: String

  /// - Parameter names: The certificate's subject alternative names, as openssl writes them.
  init(_ script: [LoopbackServer.Step], names: String = "IP:127.0.0.1", protocols: String = "http/1.1") throws {
    // Short: openssl fails where a socket's path is longer than a host name may be.
    var template = Array("/tmp/tls-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Unexpected(what: "no temporary folder") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    certificate = folder + "/certificate.pem"
    let key = folder + "/key.pem", path = folder + "/socket"
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    let made = spawn(
      ["req", "-x509"] + curve + ["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=portcullis test"]
        + ["-addext", "subjectAltName=" + names])
    var status: Int32 = 0
    waitpid(made, &status, 0)
    guard status == 0 else { throw Unexpected(what: "openssl made no certificate") }
    // Its standard input and output are one end of a pair; the script runs on the other.
    var pair: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw Unexpected(what: "no socket pair")
    }
    let process = spawn(
      ["s_server", "-quiet", "-naccept", "1", "-unix", path, "-cert", certificate, "-key", key, "-alpn", protocols], input: pair[1],
      output: pair[1])
    close(pair[1])
    // It ends with its one connection, which ends with this process at the latest.
    startThread {
      waitpid(process, nil, 0)
      try? FileManager.default.removeItem(atPath: folder)
    }
    inside = LoopbackServer(on: pair[0], script)
    outside = LoopbackServer([.relay(path)])
  }

  var url: String { "https://127.0.0.1:\(outside.port)/v1" }
}

private func spawn(_ arguments: [String], input: Int32? = nil, output: Int32? = nil) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
  if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
  let words = (["openssl"] + arguments).map { strdup($0) }
  defer { for word in words { free(word) } }
  var process: pid_t = 0
  precondition(posix_spawn(&process, "/usr/bin/openssl", &actions, nil, words + [nil], environ) == 0)
  return process
}
