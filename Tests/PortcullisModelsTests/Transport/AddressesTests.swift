import Testing

@testable import PortcullisModels

@Suite(.timeLimit(.minutes(1)))
struct AddressesTests {
  /// Addresses from the clouds' own documentation; IPv6 forms by RFC 4291, 6052, 3056, 4380, 5214.
  @Test(arguments: [
    "169.254.169.254", "169.254.0.1", "169.254.255.255", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fe80::1", "febf::1",
    "fd00:ec2::254",
    "fd20:ce::254", "::ffff:169.254.169.254", "::169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1", "2001:0:1:2:3:4:5601:5601", "2001:db8::5efe:a9fe:a9fe",
  ])
  func metadataAndLinkLocalAddressesAreRefused(_ address: String) { #expect(isRefused(address)) }

  @Test(arguments: [
    "127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.1", "169.253.255.255", "169.255.0.0", "100.100.100.201", "8.8.8.8", "::1", "fd00::1",
    "fec0::1",
    "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::808:808",
  ])
  func privateLoopbackAndPublicAddressesAreAllowed(_ address: String) { #expect(!isRefused(address)) }

  @Test(arguments: [
    "http://169.254.169.254/latest", "http://2852039166/", "http://0xA9FEA9FE/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
    "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]:80/", "https://[fe80::1]/", "http://METADATA.google.internal/",
    "http://metadata.google.internal./", "http://169.254.169.254.:80/",
  ])
  func everySpellingOfAMetadataAddressIsRefusedBeforeAnyCall(_ url: String) async throws {
    #expect(throws: EndpointURL.Problem.address) { try EndpointURL(url) }
    let failure = try await failing { try await makeClient().send(post(url, timeouts: limits(connect: 2000))) }
    #expect(failure.cause == .addressRefused)
  }

  @Test(arguments: [
    ("file:///etc/passwd", EndpointURL.Problem.scheme), ("gopher://127.0.0.1/", .scheme), ("ftp://h/", .scheme), ("wss://h/", .scheme),
    ("http://user:s3cret@127.0.0.1/", .credentials), ("http://user@127.0.0.1/", .credentials), ("http://:p@127.0.0.1/", .credentials),
    ("", .malformed), ("127.0.0.1:80/v1", .scheme), ("http://", .malformed), ("http://h:70000/", .malformed),
    ("http://h:0/", .malformed),
    ("http://h/\r\nX: y", .malformed), ("http://h/a b", .malformed), ("http:///path", .malformed),
  ])
  func whatIsNoEndpointIsRefused(_ row: (url: String, problem: EndpointURL.Problem)) async throws {
    #expect(throws: row.problem) { try EndpointURL(row.url) }
    guard case .unusable(let why) = try await failing({ try await makeClient().send(post(row.url)) }).cause else {
      Issue.record("'\(row.url)' was tried")
      return
    }
    #expect(!why.contains("s3cret"))
  }

  @Test func anEndpointTellsHostAndPort() throws {
    let plain = try EndpointURL("http://127.0.0.1:8000/v1")
    #expect(plain.hostAndPort == "127.0.0.1:8000")
    #expect(!plain.isSecure)
    let secure = try EndpointURL("https://API.Example.com/v1?x=1")
    #expect(secure.hostAndPort == "api.example.com:443")
    #expect(secure.isSecure)
    #expect(try EndpointURL("http://[::1]:9/").hostAndPort == "[::1]:9")
  }

  @Test func whatANameResolvesToIsJudgedToo() async throws {
    // The proxy's name is resolved by the same path as any host; a numeric one spares the test a name server.
    let client = try makeClient(environment: ["http_proxy": "http://169.254.10.10:3128"])
    let failure = try await failing { try await client.send(post("http://model.example/", timeouts: limits(connect: 2000))) }
    #expect(failure.cause == .addressRefused)
  }

  @Test(arguments: [
    (HTTPHeader("X-Key", "a\r\nInjected: b"), "the header 'X-Key' holds a line break or another control character"),
    (HTTPHeader("X-Key", "a\u{0}b"), "the header 'X-Key' holds a line break or another control character"),
    (HTTPHeader("Content-length", "5"), "the header 'Content-length' belongs to the connection and cannot be set"),
    (HTTPHeader("X Key", "a"), "a header has a name that is not allowed in HTTP"),
    (HTTPHeader("", "a"), "a header has a name that is not allowed in HTTP"),
  ])
  func aHeaderThatWouldBreakTheRequestApartIsNeverSent(_ row: (header: HTTPHeader, why: String)) async throws {
    let server = LoopbackServer([.receive, okAnswer("x")])
    let failure = try await failing { try await makeClient().send(post(server.url, headers: [row.header])) }
    #expect(failure.cause == .unusable(row.why))
    #expect(server.log.connections == 0)
  }

  private func isRefused(_ address: String) -> Bool {
    do {
      _ = try EndpointURL(address.contains(":") ? "http://[\(address)]/" : "http://\(address)/")
      return false
    } catch {
      return error == .address
    }
  }
}
