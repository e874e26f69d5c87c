import Foundation
import Glibc
import Testing

@testable import PortcullisRunner

struct ProgramTests {
  private func call(
    _ words: [String], in folder: String = "/tmp", environment: [String: String] = ["PATH": "/usr/bin:/bin"], input: String = "",
    limit: Duration = .seconds(20)
  ) -> ProgramCall {
    ProgramCall(words: words, folder: folder, environment: environment, input: Array(input.utf8), limit: limit)
  }

  private func printed(_ end: ProgramEnd) -> String { String(decoding: end.printed, as: UTF8.self) }

  @Test func aProgramGetsItsWordsInputEnvironmentAndFolderAndNothingElse() async {
    let script = #"printf '%s|' "$@"; cat; printf '|%s|%s|' "$KEY" "$HOME"; pwd"#
    let end = await call(
      ["/bin/sh", "-c", script, "sh", "$(id)", "a b", ""], in: "/usr", environment: ["KEY": "k-1", "PATH": "/bin"], input: "{\"a\":1}"
    ).run()
    #expect(end.cause == .exited(0))
    #expect(printed(end) == "$(id)|a b||{\"a\":1}|k-1||/usr\n")
  }

  @Test(arguments: [(0, "true"), (3, "exit 3"), (127, "no-such-program-at-all")]) func itsCodeIsTold(_ row: (code: Int32, script: String))
    async
  {
    #expect(await call(["sh", "-c", row.script]).run().cause == .exited(row.code))
  }

  @Test func aSignalIsNoCode() async { #expect(await call(["sh", "-c", "kill -9 $$"]).run().cause == .killed(signal: SIGKILL)) }

  @Test(arguments: [
    (["./none.sh"], "/tmp", ENOENT), (["/etc/passwd"], "/tmp", EACCES), (["true"], "/no/such/folder", ENOENT),
    (["true"], "/etc/passwd", ENOTDIR),
    (["./a=b"], "/tmp", EINVAL),
  ])
  func whatCannotBeRunSaysWhy(_ row: (words: [String], folder: String, errno: Int32)) async {
    #expect(await call(row.words, in: row.folder).run() == ProgramEnd(cause: .notStarted(errno: row.errno), printed: []))
  }

  /// A megabyte of input that nobody reads, and a megabyte of output: neither keeps the other waiting, and the end of it is kept.
  @Test func neitherInputNorOutputBlocks() async {
    let end = await call(
      ["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; echo done"], input: String(repeating: "i", count: 1_000_000)
    ).run()
    #expect(end.cause == .exited(0) && end.printed.count == ProgramEnd.keeps && printed(end).hasSuffix("xdone\n"))
  }

  @Test func aProgramThatIsTooSlowIsEndedWithItsChildren() async {
    let end = await call(["sh", "-c", "sleep 1000 & echo $!; wait"], limit: .milliseconds(200)).run()
    #expect(end.cause == .timedOut)
    let child = Int32(printed(end).trimmingCharacters(in: .whitespacesAndNewlines))
    // A zombie may remain until init has taken it: it runs no more.
    let state = child.flatMap { try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8) }
    #expect(child != nil && (state == nil || state!.contains(") Z ")))
  }

  @Test func aProgramThatIgnoresTheRequestToEndIsEnded() async {
    let end = await call(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], limit: .milliseconds(200)).run()
    #expect(end.cause == .timedOut)
  }

  /// What it leaves running keeps its output open, and nobody waits for that.
  @Test func aProgramMayLeaveADaemon() async throws {
    let end = await call(["sh", "-c", "sleep 1000 & echo started $!"]).run()
    #expect(end.cause == .exited(0))
    let child = try #require(printed(end).split(separator: " ").last.flatMap { Int32($0.trimmingCharacters(in: .newlines)) })
    #expect(kill(child, SIGKILL) == 0, "it still ran when its end was told")
  }

  @Test func noDescriptorOfOursLivesOnInIt() async throws {
    let descriptor = open("/etc/passwd", O_RDONLY)  // without O_CLOEXEC
    defer { close(descriptor) }
    let end = await call(["sh", "-c", "ls -l /proc/$$/fd"]).run()
    #expect(end.cause == .exited(0) && !printed(end).contains("passwd"), "\(printed(end))")
  }
}
