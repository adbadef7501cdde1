/** A service's name in which `*` stands for any number of letters. */
export const servicePattern: RegExp = /^[\p{L}\p{N}*][\p{L}\p{N} ._:()*-]{0,127}$/u;
