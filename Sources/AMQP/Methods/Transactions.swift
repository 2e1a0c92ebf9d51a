/// tx.select: from here on publishes of the channel wait for a commit or a rollback (section 1.9).
struct TxSelect: EmptyMethod {
    static let id = MethodID(90, 10)
}

/// tx.select-ok
struct TxSelectOK: EmptyMethod {
    static let id = MethodID(90, 11)
}

/// tx.rollback: what was published since is thrown away.
struct TxRollback: EmptyMethod {
    static let id = MethodID(90, 30)
}

/// tx.rollback-ok
struct TxRollbackOK: EmptyMethod {
    static let id = MethodID(90, 31)
}
