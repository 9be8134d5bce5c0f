//! The pipeline file: from text to a validated plan, with every diagnostic.
