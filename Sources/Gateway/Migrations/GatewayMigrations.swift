import Database

/// The tables of the gateway. A migration that was released never changes; what comes later is another one.
enum GatewayMigrations {
    /// All migrations, oldest first.
    static let all: [Migration] = [
        .rootKeys,
        .tokens,
        .tokenSettings,
        .formerKeys,
        .tokenNotices,
        .sessions,
        .deliveries,
        .tokenHistory,
        .ownersTokens,
        .sessionNotices,
        .tokenLists,
        .changeNotices,
        .barePath,
        .formerSecrets,
        .formUses,
        .deliveryStates,
        .historyIdentities,
        .loginTimes,
        .testDeliveries,
    ]
}
