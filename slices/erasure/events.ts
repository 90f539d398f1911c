export { DocumentErased } from '../../shared/erased.ts';
