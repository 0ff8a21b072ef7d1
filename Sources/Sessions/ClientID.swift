/// Names a client of the server for as long as its connection lives. Never used twice.
package struct ClientID: Sendable, Hashable {
    package let number: UInt64

    package init(number: UInt64) {
        self.number = number
    }
}
