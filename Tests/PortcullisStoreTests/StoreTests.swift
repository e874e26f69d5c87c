import Foundation
import PortcullisCore
import Testing

@testable import PortcullisStore

struct StoreTests {
  @Test func aTextIsKeptOnceAndFoundByItsDigest() throws {
    let store = try Store.inMemory()
    let text = "Judge kindly. \u{1F600}"
    #expect(try store.keep(text) == Digest(of: text))
    #expect(try store.keep(text) == Digest(of: text))
    #expect(try store.text(Digest(of: text)) == text)
    #expect(try store.text(Digest(of: "other")) == nil)
  }

  @Test func backgroundWorkGivesItsValueOrItsError() async throws {
    let store = try Store.inMemory()
    #expect(try await store.background { store throws(StoreError) in try store.key() }.count == 32)
    let failure = await problem { _ = try await store.background { store throws(StoreError) in try store.run(named: "latest") } }
    #expect(failure == .noSuchRun("latest", hint: "the store holds no run yet"))
  }

  @Test func promptsAndAnswersAreForThisUserAlone() throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path + "/.portcullis")
    _ = try store.keep("secret")
    for name in ["", "/locks", "/store.sqlite", "/store.sqlite-wal"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/.portcullis" + name)
      #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o077 } == 0, "\(name)")
    }
  }

  @Test func aClosedStoreLeavesNoLogBehind() throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    _ = try store.keep("text")
    try store.close()
    #expect(try folder.bytes("store.sqlite-wal").isEmpty)
  }

  @Test(arguments: [
    StoreError.full(path: "/s", detail: "No space left on device (errno 28)"), .readOnly(path: "/s", detail: "d"),
    .corrupt(path: "/s", detail: "d"), .notOurs(path: "/s", detail: "d"), .newer(path: "/s", version: 3, known: 1),
    .cannotOpen(path: "/s", detail: "d"), .io(path: "/s", detail: "d"), .busy(path: "/s", detail: "d"),
    .networkFileSystem(path: "/s", kind: "nfs4"), .notEnoughSpace(path: "/s", free: 1, needed: 2_000_000),
  ])
  func troubleWithTheDiskNamesThePathAndWhatToDo(error: StoreError) {
    #expect(error.diagnostic.message.contains("'/s'"))
    #expect(error.diagnostic.help?.isEmpty == false)
    #expect(error.exitCode == .cannotWrite || error.exitCode == .badInput)
  }
}
