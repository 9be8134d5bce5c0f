//! Readers of what tools and agents say: findings, severities, documents.
